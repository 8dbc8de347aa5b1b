import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteFile } from "hyparquet-writer";
import { expect, test } from "vitest";
import { type Row, readRows } from "./rows.ts";

const folder = mkdtempSync(join(tmpdir(), "rows-"));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readAll(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(path)) rows.push(row);
  return rows;
}

const many = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ i, text: `é ${i}\n`.repeat(10) })).join("\n");

test("reads lines with their numbers, packed or not, with or without a last newline", async () => {
  const rows = [
    { place: 1, value: { a: 1 } },
    { place: 3, value: { b: "ü" } },
  ];
  expect(await readAll(file("a.jsonl", '{"a":1}\n\n{"b":"ü"}'))).toEqual(rows);
  expect(await readAll(file("b.jsonl", '\ufeff{"a":1}\r\n\r\n{"b":"ü"}\r\n'))).toEqual(rows);
  expect(await readAll(file("c.jsonl.gz", gzipSync('{"a":1}\n\n{"b":"ü"}\n')))).toEqual(rows);
});

test("lines may span the pieces in which a file is read", async () => {
  const rows = await readAll(file("many.jsonl", many));
  expect(rows.map(({ value }) => JSON.stringify(value)).join("\n")).toBe(many);
});

test("reads parquet", async () => {
  const path = join(folder, "a.parquet");
  parquetWriteFile({
    filename: path,
    columnData: [
      { name: "prompt", data: ["a", "b"] },
      { name: "is_safe", data: [true, false] },
    ],
  });
  expect(await readAll(path)).toEqual([
    { place: 1, value: { prompt: "a", is_safe: true } },
    { place: 2, value: { prompt: "b", is_safe: false } },
  ]);
});

const packed = gzipSync(many);
test.each<[string, string | Uint8Array, RegExp]>([
  ["empty.jsonl", "", /empty\.jsonl has no rows; expected at least one/],
  ["empty.jsonl.gz", gzipSync(""), /empty\.jsonl\.gz has no rows/],
  ["bad.jsonl", '{"a":1}\n{"a":', /bad\.jsonl, line 2: expected a JSON object; found \{"a":/],
  ["latin1.jsonl", Buffer.from('{"a":1}\n{"a":"é"}', "latin1"), /latin1\.jsonl, line 2: expected UTF-8/],
  ["utf16.jsonl", Buffer.from('\ufeff{"a":1}\n', "utf16le"), /utf16\.jsonl, line 1: expected UTF-8/],
  ["cut.jsonl.gz", packed.subarray(0, packed.length >> 1), /cut\.jsonl\.gz: .*end too early, after line \d{3,}/],
  ["no.jsonl.gz", '{"a":1}\n', /no\.jsonl\.gz: .*header/],
  ["no.parquet", '{"a":1}\n{"a":1}\n', /no\.parquet: expected a parquet file/],
])("%s is answered with file, line and what was expected", async (name, content, message) => {
  await expect(readAll(file(name, content))).rejects.toThrow(message);
});

test("a missing file is named", async () => {
  await expect(readAll(join(folder, "missing.jsonl"))).rejects.toThrow(/cannot read .*missing\.jsonl/);
});
