import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LatError, UsageError } from "lat-system";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type MadeRun, usualRuns, writeLoneRun, writeSweep } from "./testing/sweep-folder.ts";
import { writeOverview } from "./write-overview.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lat-report-"));
});
afterEach(() => rm(root, { recursive: true }));

const at = (...path: string[]) => join(root, ...path);
const swapped = usualRuns.map((run): MadeRun => {
  const method = run.method === "lat" ? "at" : run.method === "at" ? "lat" : run.method;
  return { ...run, method };
});

async function overview(...names: string[]) {
  const files = await writeOverview(names.map((name) => at(name)), at("all")); // biome-ignore format: one call
  const [html, markdown] = await Promise.all([readFile(files.html, "utf8"), readFile(files.markdown, "utf8")]);
  return { files, html, markdown };
}

/** The cells of a table of the Markdown by the first one. */
const rowOf = (markdown: string, first: string) =>
  markdown
    .split("\n")
    .find((line) => line.startsWith(`| ${first} |`))!
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim());

describe("several sweeps", () => {
  beforeEach(async () => {
    await writeSweep(at("for"), usualRuns, 0.992, "task-for");
    await writeSweep(at("against"), swapped, 0.992, "task-against");
  });

  test("are on one page, its Markdown and an image each, that need nothing from outside", async () => {
    const { files, html, markdown } = await overview("for", "against");
    expect(files).toEqual({
      html: at("all/report.html"),
      markdown: at("all/report.md"),
      images: [at("all/figures/report-1.png"), at("all/figures/report-2.png")],
    });
    expect(html).not.toMatch(/https?:/);
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed)|url\(|@import/i);
    for (const image of files.images) expect((await readFile(image)).subarray(1, 4).toString()).toBe("PNG");
    expect(markdown).toContain("![task-for · nano; FT, RLP, AT, LAT, before defence](figures/report-1.png)");
    expect(html.match(/<svg viewBox="0 0 [\d. ]+" style/g)).toHaveLength(2);
  });

  test("have their verdicts in one sentence above, and by themselves", async () => {
    const { html } = await overview("for", "against");
    expect(html).toContain(
      '<p class="headline">LAT helped in 1 of 2 experiments, was behind its best baseline in 1.</p>',
    );
    expect(html).toMatch(
      /task-for · nano: LAT helped, with .*\ntask-against · nano: LAT is behind its best baseline\.<\/p>/,
    );
    expect(html).toMatch(
      /<p class="claim"><strong>LAT is behind its best baseline\.<\/strong> LAT ε .* the best baseline, AT ε /,
    );
  });

  test("have each method at its most resistant side by side, the best and those level with it bold", async () => {
    const { html, markdown } = await overview("for", "against");
    const group = '<th scope="colgroup" colspan="3">';
    expect(html).toContain(`${group}task-for · nano</th>${group}task-against · nano</th>`);
    expect(html).toContain('<colgroup span="1"><colgroup span="3"><colgroup span="3">');
    const lat = ["ε 48", "4.716 [4.683, 4.749]", "**0.0 % [0.0, 0.2]**"];
    const at = ["ε 12", "4.786 [4.753, 4.819]", "2.1 % [0.0, 4.6]"];
    // RLP is level with LAT on the first metric at two of its ε, of which the smaller one costs less.
    const rlp = ["ε 1", "4.856 [4.823, 4.889]", "**0.0 % [0.0, 0.2]**"];
    expect(rowOf(markdown, "LAT")).toEqual([...lat, ...at]);
    expect(rowOf(markdown, "AT")).toEqual([...at, ...lat]);
    expect(rowOf(markdown, "RLP")).toEqual([...rlp, ...rlp]);
    expect(rowOf(markdown, "FT")[1]).toBe("**4.646 [4.613, 4.679]**");
    expect(rowOf(markdown, "Before defence")).toEqual(
      Array(2).fill(["–", "4.660 [4.630, 4.690]", "99.2 % [97.6, 100.0]"]).flat(),
    );
  });

  test("give the same bytes wherever they lie", async () => {
    const first = await overview("for", "against");
    await cp(at("for"), at("elsewhere/for"), { recursive: true });
    const second = await overview("elsewhere/for", "against");
    expect(second.html).toBe(first.html);
    expect(second.markdown).toBe(first.markdown);
  });

  test("of one task and preset are told apart by their folders", async () => {
    await cp(at("for"), at("again"), { recursive: true });
    const { html } = await overview("for", "again", "against");
    expect(html).toContain(`<h2>task-for · nano (${at("again")})</h2>`);
    expect(html).toContain("<h2>task-against · nano</h2>");
  });

  test("go into a file of one's own name", async () => {
    const files = await writeOverview([at("for"), at("against")], at("pages/three.html"));
    expect(files.html).toBe(at("pages/three.html"));
    expect((await readdir(at("pages"))).sort()).toEqual(["figures", "three.html", "three.md"]);
    expect(await readFile(files.markdown, "utf8")).toContain("](figures/three-1.png)");
  });

  test("one of which has failed runs, a method without any complete one and hostile names", async () => {
    const hostile = `</b><script>alert(1)</script> | **x**`;
    const lost = usualRuns.map((run): MadeRun => {
      return run.method === "at" ? { ...run, status: "failed", error: hostile } : run;
    });
    await writeSweep(at("lost"), lost, 0.992, hostile);
    const { html, markdown } = await overview("for", "lost");
    expect(html).toContain("34 of 40 runs complete");
    expect(html).toContain("AT ε 12, seed 1: failed. ");
    expect(rowOf(markdown, "AT").slice(3)).toEqual(["–", "–", "–"]);
    expect(html).not.toContain("<script");
    expect(markdown).not.toContain("<script");
  });
});

test("nothing that completed, and lone runs, are experiments that settle nothing", async () => {
  const failed: MadeRun = { method: "lat", epsilon: 8, loss: 0, success: 0, status: "failed", error: "no disk" };
  await writeLoneRun(at("failed"), failed);
  await writeLoneRun(at("run"), { method: "lat", epsilon: 8, loss: 4.7, success: 0.2 });
  const { html, markdown } = await overview("failed", "run");
  expect(html).toContain("None of the 2 experiments settles whether LAT helps.");
  expect(html).toContain("LAT ε 8, seed 0: failed. no disk");
  // What measured nothing has no columns.
  expect(rowOf(markdown, "LAT")).toEqual(["ε 8", "4.700 [4.670, 4.730]", "20.0 % [13.6, 26.4]"]);
});

describe("bad input", () => {
  const refusal = (directories: string[], out = at("all")) =>
    writeOverview(directories, out).then(
      () => undefined,
      (error: unknown) => error as LatError,
    );

  test("a folder that is there twice, by whatever name", async () => {
    await writeSweep(at("one"), usualRuns.slice(0, 2));
    await symlink(at("one"), at("link"));
    const error = await refusal([at("one"), at("link")]);
    expect(error).toEqual(new UsageError(`${at("one")} and ${at("link")} are the same folder: give each folder once`));
  });

  test("a folder that is no sweep, or none at all", async () => {
    await writeSweep(at("one"), usualRuns.slice(0, 2));
    expect((await refusal([at("one"), root]))!.message).toContain(`${root} holds neither summary.json`);
    expect((await refusal([at("one"), at("none")]))!.message).toMatch(/none is not there: give the folder of a sweep/);
    expect((await refusal([at("none"), at("none")]))!.exitCode).toBe(2);
  });

  test("a place where a sweep's own report would be replaced, or that is no folder", async () => {
    await writeSweep(at("one"), usualRuns.slice(0, 2));
    await writeSweep(at("two"), usualRuns.slice(0, 2));
    const both = [at("one"), at("two")];
    for (const out of [at("one"), at("one/report.html")]) {
      expect((await refusal(both, out))!.message).toMatch(/one holds a sweep, whose own report the page would replace/);
    }
    expect(await refusal(both, at("one/all.html"))).toBeUndefined();
    const inFile = (await refusal(both, at("one/summary.json")))!;
    expect(inFile).toBeInstanceOf(LatError);
    expect(inFile.message).toContain("a part of the path is a file, not a folder");
  });
});
