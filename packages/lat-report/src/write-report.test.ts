import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Summary } from "lat-engine/records";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type MadeRun, usualRuns, writeLoneRun, writeSweep, writeText } from "./testing/sweep-folder.ts";
import { type ReportFiles, writeReport } from "./write-report.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lat-report-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function report(runs: readonly MadeRun[] = usualRuns, options: { title?: string } = {}) {
  await writeSweep(folder, runs);
  return read(await writeReport(folder, options));
}

async function read(files: ReportFiles) {
  const [html, markdown] = await Promise.all([readFile(files.html, "utf8"), readFile(files.markdown, "utf8")]);
  return { html, markdown, image: await readFile(files.image), files };
}

const headline = (html: string) => /<p class="headline">(.*)<\/p>/.exec(html)![1];

test("a sweep gives a page, its Markdown and an image, where they are said to be", async () => {
  const warned = vi.spyOn(console, "warn");
  const { html, markdown, image, files } = await report();
  expect(files).toEqual({
    html: join(folder, "report.html"),
    markdown: join(folder, "report.md"),
    image: join(folder, "figures/clean-versus-unforeseen.png"),
    sheets: [],
  });
  expect(headline(html)).toMatch(/^LAT helped, with a lower loss/);
  expect(markdown).toContain("![Loss (desirable) against attack success rate");
  expect(markdown).toContain("](figures/clean-versus-unforeseen.png)");
  expect(markdown).toContain("| LAT ε 48 † (2.4 × norm) | 2 of 2 | 4.716 [4.683, 4.749] |");
  expect(image.subarray(1, 4).toString()).toBe("PNG");
  // 1 main figure in two widths, 2 other metrics, 5 curves over ε, 2 attacks, 11 trainings
  expect(html.match(/<svg viewBox="0 0 [\d. ]+" style/g)).toHaveLength(2 + 2 + 5 + 2 + 11);
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test("says what computed: the processor, or a GPU beside it", async () => {
  expect((await report()).html).toContain("· A processor, 2 threads, 8 GiB of memory");
  const sweep = join(folder, "sweep.json");
  const written = JSON.parse(await readFile(sweep, "utf8"));
  await writeText(sweep, JSON.stringify({ ...written, device: { ...written.device, computesOn: "gpu" } }));
  const { html } = await read(await writeReport(folder, {}));
  expect(html).toContain("· a GPU, beside A processor, 2 threads, 8 GiB of memory");
});

test("the page names no address and needs nothing from outside", async () => {
  const { html } = await report();
  expect(html).not.toMatch(/https?:/);
  expect(html).not.toMatch(/<(script|link|img|iframe|object|embed)|url\(|@import/i);
  expect(html).toContain("default-src 'none'");
});

test("the same folder gives the same bytes, wherever it lies", async () => {
  const first = await report();
  await rm(folder, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), "lat-report-elsewhere-"));
  const second = await report();
  expect(second.html).toBe(first.html);
  expect(second.markdown).toBe(first.markdown);
  expect(second.image.equals(first.image)).toBe(true);
});

test("the headline flips when the figures flip", async () => {
  const swapped = usualRuns.map((run): MadeRun => {
    const method = run.method === "lat" ? "at" : run.method === "at" ? "lat" : run.method;
    return { ...run, method };
  });
  expect(headline((await report(swapped)).html)).toMatch(/^LAT is behind its best baseline/);
});

describe("text from a network or from data", () => {
  const attack = `</details><script>alert(1)</script><img src=x onerror="alert(2)">'\u0000 \`\`\`\n</details> | # x`;

  test("never becomes markup on the page, wherever it appears", async () => {
    const hostile: MadeRun = { method: "lat", epsilon: 8, loss: 4.6, success: 0.2, output: attack, warnings: [attack] };
    const failed: MadeRun = { method: "at", epsilon: 8, loss: 0, success: 0, status: "failed", error: attack };
    const { html, markdown } = await report([...usualRuns, hostile, failed], { title: attack });
    expect(html).not.toMatch(/<script|<img/);
    expect(html.match(/&lt;script&gt;alert\(1\)/g)!.length).toBeGreaterThan(4);
    expect(html.match(/<details>/g)!.length).toBe(html.match(/<\/details>/g)!.length);
    expect(markdown).toContain("````text");
    const outsideFences = markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "");
    expect(outsideFences).not.toMatch(/<script|<img/);
  });
});

test("runs that failed, diverged or were interrupted are listed with their error, and are in no mean", async () => {
  const lost: MadeRun[] = (["failed", "diverged", "interrupted"] as const).map((status, index) => ({
    method: "lat",
    epsilon: 48,
    seed: 7 + index,
    loss: 99,
    success: 1,
    status,
    ...(status !== "interrupted" && { error: `step ${index}: the loss is not a number` }),
  }));
  const { html, markdown } = await report([...usualRuns, ...lost]);
  for (const text of [
    "LAT ε 48, seed 7: failed. step 0: the loss is not a number",
    "LAT ε 48, seed 8: diverged. step 1: the loss is not a number",
    "LAT ε 48, seed 9: interrupted. No error recorded.",
  ]) {
    expect(html).toContain(text);
    expect(markdown).toContain(text);
  }
  expect(html).toContain("20 of 23 runs complete");
  expect(markdown).toContain("| LAT ε 48 † (2.4 × norm) | 2 of 5 | 4.716 [4.683, 4.749] |");
});

test("runs that a stopped sweep never ended are named and counted", async () => {
  await writeSweep(folder, usualRuns);
  const path = join(folder, "summary.json");
  const summary = JSON.parse(await readFile(path, "utf8")) as Summary;
  await writeText(path, JSON.stringify({ ...summary, runs: summary.runs.slice(0, -1) }));
  const { html, markdown } = await read(await writeReport(folder));
  for (const text of ["LAT ε 48, seed 1: the sweep was stopped before it ended", "19 of 20 runs complete"]) {
    expect(html).toContain(text);
    expect(markdown).toContain(text);
  }
});

test("warnings of attacks and settings worse than before stand above the figures", async () => {
  const worse: MadeRun = {
    method: "lat",
    epsilon: 2,
    loss: 4.7,
    success: 0.9,
    warnings: ["the attack raised no loss"],
  };
  await writeSweep(folder, [{ method: "ft", loss: 4.6, success: 0.5 }, worse], 0.5);
  const { html } = await read(await writeReport(folder));
  const aboveFigures = html.slice(0, html.indexOf("<h2>"));
  expect(aboveFigures).toContain("the attack raised no loss (LAT ε 2 seed 0)");
  expect(aboveFigures).toMatch(
    /Worse than before the defence.*LAT ε 2: attack success rate 90\.0 %.*, before 50\.0 %/s,
  );
  expect(aboveFigures).not.toContain("FT: attack success rate");
});

test("a study in which nothing completed still gives a report that says so", async () => {
  const { html } = await report([
    { method: "lat", epsilon: 8, loss: 0, success: 0, status: "failed", error: "no disk" },
  ]);
  expect(headline(html)).toContain("no run of LAT is complete");
  expect(html).toContain("LAT ε 8, seed 0: failed. no disk");
});

test("a lone run is reported without a verdict", async () => {
  await writeLoneRun(folder, { method: "lat", epsilon: 8, loss: 4.7, success: 0.2 });
  const { html } = await read(await writeReport(folder));
  expect(headline(html)).toContain("One run says nothing for or against LAT");
  expect(html).toContain("LAT ε 8 has attack success rate 20.0 %");
});

test("a lone run that failed, without a network before it, has an image that says there is nothing to draw", async () => {
  await writeLoneRun(folder, { method: "lat", epsilon: 8, loss: 0, success: 0, status: "diverged", error: "step 3" });
  const { html, image } = await read(await writeReport(folder));
  expect(headline(html)).toContain("no network measured both");
  expect(html).toContain("LAT ε 8, seed 0: diverged. step 3");
  expect(image.length).toBeGreaterThan(1000);
});
