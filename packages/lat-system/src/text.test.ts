import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing.ts";
import { readJson, readText } from "./text.ts";

test("JSON that is missing, empty or malformed is an error that names the file", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "good.json"), '{"a": [1]}');
  writeFileSync(join(folder, "empty.json"), "\n");
  writeFileSync(join(folder, "cut.json"), '{"a": [1');
  expect(await readJson(join(folder, "good.json"))).toEqual({ a: [1] });
  await expect(readJson(join(folder, "none.json"))).rejects.toThrow(/none\.json: no such file/);
  await expect(readJson(join(folder, "empty.json"))).rejects.toThrow(/empty\.json: expected JSON, but it is empty/);
  await expect(readJson(join(folder, "cut.json"))).rejects.toThrow(/cut\.json: expected JSON, but /);
});

test("a text is read as it is, and unpacked where its name says so", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.csv"), "é,1\n");
  writeFileSync(join(folder, "a.csv.gz"), gzipSync("é,2\n"));
  writeFileSync(join(folder, "b.csv.gz"), "é,3\n");
  expect(await readText(join(folder, "a.csv"))).toBe("é,1\n");
  expect(await readText(join(folder, "a.csv.gz"))).toBe("é,2\n");
  await expect(readText(join(folder, "b.csv.gz"))).rejects.toThrow(/b\.csv\.gz: the gzip data are damaged .*header/);
  await expect(readText(join(folder, "c.csv"))).rejects.toThrow(/cannot read .*c\.csv: no such file/);
});

test("a text that is not UTF-8, and a packed one that is made to fill the memory, are refused", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "latin1.json"), Buffer.from('{\n"a": "é"}', "latin1"));
  writeFileSync(join(folder, "bom.json"), '\ufeff{"a": 1}');
  writeFileSync(join(folder, "bomb.json.gz"), gzipSync(Buffer.alloc(2 ** 27, " ")));
  await expect(readJson(join(folder, "latin1.json"))).rejects.toThrow(/latin1\.json, line 2: expected UTF-8/);
  expect(await readJson(join(folder, "bom.json"))).toEqual({ a: 1 });
  await expect(readJson(join(folder, "bomb.json.gz"))).rejects.toThrow(/bomb\.json\.gz has more than 64 MiB, unpacked/);
});

test("a key that stands twice in JSON is refused, and a message stays short", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "twice.json"), '{"a": 1, "a": 2}');
  writeFileSync(join(folder, "long.json"), `[${"x".repeat(100_000)}]`);
  await expect(readJson(join(folder, "twice.json"))).rejects.toThrow(/twice\.json: expected JSON, but .*stands twice/);
  const message = await readJson(join(folder, "long.json")).catch((error: Error) => error.message);
  expect(message).toMatch(/long\.json: expected JSON/);
  expect((message as string).length).toBeLessThan(500);
});
