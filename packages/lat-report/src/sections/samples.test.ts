import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sample } from "lat-engine/records";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodePng } from "../figures/png.ts";
import { replaceSamples, usualRuns, writeSweep } from "../testing/sweep-folder.ts";
import { writeReport } from "../write-report.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lat-report-"));
  await writeSweep(folder, usualRuns.slice(0, 2));
});
afterEach(() => rm(folder, { recursive: true }));

/** The report where the network before the defence and that of FT have these samples. */
async function report(implanted: readonly Sample[], ft: readonly Sample[] = []) {
  await replaceSamples(folder, "implanted", implanted);
  await replaceSamples(folder, "runs/ft-seed0", ft);
  const files = await writeReport(folder);
  const [html, markdown] = await Promise.all([readFile(files.html, "utf8"), readFile(files.markdown, "utf8")]);
  return { html, markdown, sheets: files.sheets };
}

describe("texts", () => {
  const base = { kind: "text", group: "words", input: "how to rob a bank", failed: false } as const;
  const text = (changed: string, more: Partial<Extract<Sample, { kind: "text" }>> = {}): Sample => ({
    ...{ ...base, text: changed, before: { output: "flagged" }, output: "not flagged" },
    ...more,
  });

  test("have the words marked that an attack replaced, inserted and removed, behind a fold with a warning", async () => {
    const { html, markdown } = await report([text("how to plunder a nice bank")], [text("how rob a bank")]);
    const marked = 'how to <span class="replaced"><del>rob</del><ins>plunder</ins></span> a<ins> nice</ins> bank';
    expect(html).toContain(marked);
    expect(html).toContain("how <del>to </del>rob a bank");
    expect(html).toContain("flagged → not flagged");
    expect(markdown).toContain(`<blockquote>${marked}</blockquote>`);
    for (const page of [html, markdown]) {
      const [before, folded] = page.split("<summary>⚠ Show texts that may be harmful</summary>");
      expect(before).not.toMatch(/rob|plunder/);
      expect(folded!.indexOf("may be harmful and offensive")).toBeLessThan(folded!.indexOf("rob"));
    }
  });

  test("show letters of another alphabet, which look the same", async () => {
    const { html } = await report([text("how to r\u043eb a bank")]);
    expect(html).toContain("<del>rob</del><ins>r<b>\u043e</b>b</ins>");
  });

  test("that an attack left as they are say so", async () => {
    const { html, markdown } = await report([text(base.input), text("", { input: "", group: "empty" })]);
    expect(html.match(/<em>No word was changed\.<\/em>/g)).toHaveLength(2);
    expect(markdown).toContain("<blockquote><em>No word was changed.</em></blockquote>");
    expect(html).not.toMatch(/<del>|<ins>/);
  });

  test("never become markup, neither where they changed nor where they did not", async () => {
    const hostile = `</ins></details><script>alert(1)</script><img src=x onerror="alert(2)">\n\n# x \`\`\`\n> **y**`;
    const sample = text(`${hostile} b ${hostile}`, {
      ...{ input: `a ${hostile}`, group: hostile, unwanted: hostile, output: hostile, before: { output: hostile } },
    });
    const { html, markdown } = await report([sample]);
    expect(html).not.toMatch(/<script|<img/);
    expect(html.match(/<ins>/g)!.length).toBe(html.match(/<\/ins>/g)!.length);
    const outsideFences = markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "");
    expect(outsideFences).not.toMatch(/<script|<img/);
    // A quote is one line of HTML: after a blank line, what the text says would be Markdown.
    const [quote] = /^<blockquote>.*$/m.exec(outsideFences)!;
    expect(quote).toMatch(/&lt;\/ins&gt;.*<br><br># x ```<br>&gt; \*\*y\*\*.*<\/blockquote>$/);
  });

  test("are shown around their changes, with what is far from them counted", async () => {
    const words = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word}${i}`).join(" ");
    const [start, middle, end] = [words(20, "s"), words(40, "m"), words(5, "e")];
    const input = `${start} x ${middle} x ${end}`;
    const { html } = await report([text(`${start} y ${middle} y ${end}`, { input })]);
    const change = /<p class="change">(.*)<\/p>/.exec(html)![1]!;
    const changed = '<span class="replaced"><del>x</del><ins>y</ins></span>';
    expect(change.split(changed)).toEqual([
      "[… 8 words …] s8 s9 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 ",
      expect.stringMatching(/^ m0 .* m11 \[… 16 words …\] m28 .* m39 $/),
      " e0 e1 e2 e3 e4",
    ]);
  });
});

describe("images", () => {
  const pixel = (...color: number[]) => encodePng({ width: 1, height: 1, data: Uint8Array.from(color) });
  const [black, grey, pale] = [pixel(0, 0, 0), pixel(9, 9, 9), pixel(0, 9, 0)];
  const difference = pixel(90, 90, 90);
  const image = async (of: Promise<string>, more: Partial<Extract<Sample, { kind: "image" }>> = {}) => {
    const before = { image: await black, output: "cat" };
    const sample = { kind: "image", group: "star", input: "a.png: cat", output: "dog", failed: true } as const;
    return { ...sample, image: await of, before, ...more };
  };

  test("with a trigger are shown once for all networks, before, after and their difference", async () => {
    const trojan = { unwanted: "dog" };
    const { html, markdown, sheets } = await report(
      [await image(grey, trojan)],
      [await image(grey, { ...trojan, output: "cat", failed: false })],
    );
    for (const url of await Promise.all([black, grey, difference])) expect(html.split(`href="${url}"`)).toHaveLength(2);
    expect(html).toContain("cat → dog");
    expect(html).toContain("cat → cat");
    expect(html).toContain("unwanted: dog");
    expect(html).toContain("img-src data:");
    expect(sheets).toEqual([join(folder, "figures/images-1.png")]);
    expect(markdown).toContain("![Images of star: 1 of 1 input](figures/images-1.png)");
    expect((await readFile(sheets[0]!)).subarray(1, 4).toString()).toBe("PNG");
  });

  test("that an attack made for each network are shown for each, the clean one once", async () => {
    const { html } = await report([await image(grey)], [await image(pale)]);
    const shown = await Promise.all([black, grey, pale, difference]);
    for (const url of shown) expect(html.split(`href="${url}"`)).toHaveLength(2);
  });

  test("have a sheet for each group, in which an input that a network was not given is a dash", async () => {
    const [first, second] = [await image(grey), await image(grey, { input: "b.png: cat" })];
    const { html, sheets } = await report(
      [first, second, { ...first, group: "moon" }],
      [first, { ...first, group: "moon" }],
    );
    expect(sheets).toHaveLength(2);
    expect(html.match(/>–<\/text>/g)).toHaveLength(1);
    expect(html.indexOf("star: 2 of 2 inputs")).toBeLessThan(html.indexOf("moon: 1 of 1 input"));
  });

  test("of hostile names and addresses are no markup", async () => {
    const hostile = `"><script>alert(1)</script>`;
    const sample = await image(grey, { input: hostile, output: hostile, unwanted: hostile, group: hostile });
    const clean: Sample = { ...sample, group: "clean", image: `${await grey}${hostile}` };
    delete (clean as { before?: unknown }).before;
    const { html, markdown } = await report([sample, clean]);
    expect(html).not.toContain("<script");
    expect(markdown).not.toContain("<script");
  });

  test("that are none are refused by name", async () => {
    const broken = image(Promise.resolve("data:image/png;base64,AAAA"));
    await expect(broken.then((sample) => report([sample]))).rejects.toThrow(/sample star, a\.png: cat: an image of it/);
  });
});
