import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { classFolders } from "./folder.ts";
import { loadPictures } from "./load.ts";
import { PixelMemory } from "./memory.ts";

const root = mkdtempSync(join(tmpdir(), "classes-"));
afterAll(() => rmSync(root, { recursive: true }));

function made(name: string, classes: Readonly<Record<string, number>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [label, count] of Object.entries(classes)) {
    mkdirSync(join(folder, label));
    for (let i = 0; i < count; i++) writeFileSync(join(folder, label, `${i}.png`), "");
  }
  return folder;
}

test("every folder is a class, in the order of the names, and gives no more than the limit", () => {
  const folder = made("pets", { dog: 5, cat: 3 });
  writeFileSync(join(folder, "dog", "notes.txt"), "");
  const { classes, files } = classFolders(folder, 4, 0);
  expect(classes).toEqual(["cat", "dog"]);
  expect(files.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  expect(files[0]).toEqual({
    name: "cat/0.png",
    label: 0,
    group: "cat/0.png",
    words: [],
    path: join(folder, "cat/0.png"),
  });
  expect(classFolders(folder, 4, 0)).toEqual({ classes, files });
  const drawn = (seed: number): string => String(classFolders(folder, 2, seed).files.map(({ name }) => name));
  expect(new Set([0, 1, 2, 3, 4].map(drawn)).size).toBeGreaterThan(1);
});

test("no class, one class, an empty class and a missing folder are answered", () => {
  expect(() => classFolders(made("none", {}), 9, 0)).toThrow(/none has no folder, expected .* two or more classes/);
  expect(() => classFolders(made("one", { dog: 3 }), 9, 0)).toThrow(/one folder \("dog"\), expected/);
  expect(() => classFolders(made("empty", { dog: 3, cat: 0 }), 9, 0)).toThrow(/the class "cat" is empty/);
  expect(() => classFolders(join(root, "absent"), 9, 0)).toThrow(/absent cannot be read \(ENOENT\)/);
});

const cifar = new URL("../../../../../shared/data/cifar10/test.tar.gz", import.meta.url).pathname;

test.skipIf(!existsSync(cifar))("reads CIFAR-10 as a folder (skipped where it is absent)", async () => {
  execFileSync("tar", ["xzf", cifar, "-C", root]);
  const context = { data: join(root, "test"), packageFolder: () => "", progress: () => {} };
  const { classes, pictures } = await loadPictures({ size: 32, limit: 20, seed: 0 }, new PixelMemory(0), context);
  expect(classes).toEqual(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);
  expect(pictures).toHaveLength(200);
});
