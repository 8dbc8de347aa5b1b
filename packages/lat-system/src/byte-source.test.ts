import { ftruncateSync, openSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing.ts";
import { fileBytes, memoryBytes } from "./byte-source.ts";

test("ranges of a file and of memory are read alike", () => {
  const path = join(temporaryFolder(), "bytes");
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  writeFileSync(path, bytes);
  const file = fileBytes(path);
  for (const source of [file, memoryBytes(bytes)]) {
    expect(source.size).toBe(100);
    expect([...source.read(97, 3)]).toEqual([97, 98, 99]);
    expect(source.read(5, 4).buffer.byteLength).toBe(4);
    expect(source.read(100, 0).length).toBe(0);
  }
  file.close();
});

test("a range beyond four gigabytes is read, of a file that is larger than memory", () => {
  const path = join(temporaryFolder(), "sparse");
  const file = openSync(path, "w");
  ftruncateSync(file, 2 ** 40);
  writeSync(file, Uint8Array.of(1, 2, 3), 0, 3, 2 ** 33);
  const source = fileBytes(path);
  expect(source.size).toBe(2 ** 40);
  expect([...source.read(2 ** 33 - 1, 5)]).toEqual([0, 1, 2, 3, 0]);
  source.close();
});

test("what cannot be read is said", () => {
  const folder = temporaryFolder();
  expect(() => fileBytes(folder)).toThrow(/cannot read .*: it is a folder/);
  expect(() => fileBytes(join(folder, "none"))).toThrow(/cannot read .*none: no such file/);
  const path = join(folder, "short");
  writeFileSync(path, "abcdef");
  const source = fileBytes(path);
  truncateSync(path, 2);
  expect(() => source.read(0, 6)).toThrow(/short: it became shorter while it was read/);
  source.close();
});
