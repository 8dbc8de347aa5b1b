import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "lat-system/testing";
import { expect, test } from "vitest";
import type { RunConfig } from "../configuration/config.ts";
import type { Task } from "../task/task.ts";
import { inputsOf } from "./inputs.ts";

/** The names and contents of what is read of a path. */
function contentOf(path: string): string {
  const { files } = inputsOf({} as Task<never>, { data: path, options: {} } as RunConfig);
  return JSON.stringify(files.map(({ given, name, sha256 }) => [given, name, sha256]));
}

test("the record of inputs follows every name and content, behind links too, and not the place", () => {
  const [root, elsewhere] = [join(temporaryFolder(), "data"), temporaryFolder()];
  mkdirSync(join(root, "cat"), { recursive: true });
  writeFileSync(join(root, "cat/1.png"), "one");
  writeFileSync(join(elsewhere, "2.png"), "two");
  symlinkSync(elsewhere, join(root, "dog"));
  const seen = [contentOf(root)];
  const changed = (): void => {
    const digest = contentOf(root);
    expect(seen).not.toContain(digest);
    seen.push(digest);
  };
  writeFileSync(join(elsewhere, "2.png"), "TWO");
  changed();
  renameSync(join(elsewhere, "2.png"), join(elsewhere, "3.png"));
  changed();
  renameSync(join(root, "dog"), join(root, "cow"));
  changed();
  symlinkSync("cat/1.png", join(root, "4"));
  changed();
  writeFileSync(join(root, "empty"), "");
  changed();
  writeFileSync(join(root, ".DS_Store"), "where icons lie");
  expect(contentOf(root)).toBe(seen.at(-1));
  renameSync(root, `${root}-moved`);
  expect(contentOf(`${root}-moved`)).toBe(seen.at(-1));
});

test("a single file is told by name and content", () => {
  const root = temporaryFolder();
  for (const [name, content] of [["a.csv", "1"], ["b.csv", "1"], ["c.csv", "2"]] as const) writeFileSync(join(root, name), content); // biome-ignore format: one list
  expect(new Set(["a.csv", "b.csv", "c.csv"].map((name) => contentOf(join(root, name)))).size).toBe(3);
});
