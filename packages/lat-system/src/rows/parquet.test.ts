import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { cellsOf, fileWith, rowsOf } from "../../testing.ts";

// Written by pyarrow (tooling/parity/parquet_fixture.py).
const fixture = (name: string) => join(import.meta.dirname, "../../fixtures", `${name}.parquet`);

const rows = [
  { text: "é 😀", bytes: "plain", category: "x", label: 1n, price: 0.5, safe: true, list: ["a"] },
  { text: null, bytes: new Uint8Array([255, 254]), category: "y", label: 0n, price: 1, safe: false, list: [] },
  { text: "a\u2028b", bytes: null, category: "x", label: 9007199254740993n, price: null, safe: null, list: undefined },
];

test.each(["none", "snappy", "gzip", "brotli", "lz4", "zstd", "checksums"])(
  "reads what pyarrow wrote: %s",
  async (name) => {
    const path = fixture(name);
    expect(await rowsOf(path)).toEqual(rows.map((cells, i) => ({ where: `${path}, row ${i + 1}`, cells })));
  },
);

test("of columns that are not wanted nothing is read, so that what is odd in them harms nothing", async () => {
  const read = await rowsOf(fixture("none"), { columns: ["label", "other"] });
  expect(read.map(({ cells }) => cells)).toEqual(
    rows.map(({ label }) => ({ ...Object.fromEntries(Object.keys(rows[0]!).map((name) => [name, undefined])), label })),
  );
  const bytes = readFileSync(fixture("checksums"));
  bytes[bytes.indexOf("plain")]! ^= 1;
  expect(await rowsOf(fileWith("a.parquet", bytes), { columns: ["label"] })).toHaveLength(3);
  expect(await rowsOf(fixture("zeros"), { columns: [] })).toMatchObject([{ cells: { a: undefined } }]);
});

test("a byte that is not as it was written is told by the checksum of its page", async () => {
  const bytes = readFileSync(fixture("checksums"));
  bytes[bytes.indexOf("plain")]! ^= 1;
  await expect(rowsOf(fileWith("a.parquet", bytes))).rejects.toThrow(
    /a\.parquet: .*whole parquet file; "a checksum is wrong"/,
  );
});

const gzip = readFileSync(fixture("gzip"));
test.each([
  ["a table of text", "text,label\n1,2\n", /a\.parquet is no parquet file/],
  ["a pointer", "version https://git-lfs.github.com/spec/v1\n", /a\.parquet is a Git LFS pointer/],
  ["nothing", "", /a\.parquet has no rows/],
  ["the mark alone", "PAR1", /a\.parquet: expected a whole parquet file/],
  ["the first half", gzip.subarray(0, gzip.length >> 1), /a\.parquet: expected a whole parquet file/],
  [
    "the first byte lost",
    Buffer.concat([Buffer.from("PAR1"), gzip.subarray(5)]),
    /a\.parquet: expected a whole parquet/,
  ],
])("%s is refused", async (_, content, message) => {
  await expect(rowsOf(fileWith("a.parquet", content))).rejects.toThrow(message);
});

test("a file without rows, and two columns of one name, are refused", async () => {
  const write = (...columns: [string, string[]][]) => {
    const columnData = columns.map(([name, data]) => ({ name, data, type: "STRING" as const }));
    return fileWith("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
  };
  expect(await cellsOf(write(["a", ["x"]], ["b", ["y"]]))).toEqual([{ a: "x", b: "y" }]);
  await expect(rowsOf(write(["a", []]))).rejects.toThrow(/a\.parquet has no rows/);
  await expect(rowsOf(write(["a", ["x"]], ["a", ["y"]]))).rejects.toThrow(/a\.parquet: two columns are named "a"/);
});

test("a few bytes that state millions of rows or of values are refused, and a missing file is named", async () => {
  const columnData = [{ name: "a", data: Array(2 ** 22 + 1).fill("x") }];
  await expect(rowsOf(fileWith("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData }))))).rejects.toThrow(
    /a\.parquet has more than 4194304 rows/,
  );
  await expect(rowsOf(fixture("zeros"))).rejects.toThrow(/states 67108865 values in a group of rows/);
  await expect(rowsOf("/nowhere/a.parquet")).rejects.toThrow(/cannot read \/nowhere\/a\.parquet: no such file/);
});

test("where a column's name and another's bytes are wrong, one error is all that comes of it", async () => {
  const bytes = readFileSync(fixture("none"));
  bytes.write("lebal", bytes.lastIndexOf("label")); // where a part of the file says whose values it holds
  bytes[bytes.indexOf("é 😀") - 4] = 255; // the length of a text
  const loose: unknown[] = [];
  const onLoose = (reason: unknown) => void loose.push(reason);
  process.on("unhandledRejection", onLoose);
  await expect(rowsOf(fileWith("a.parquet", bytes))).rejects.toThrow(/whole parquet file; ".*not found: lebal"/);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("unhandledRejection", onLoose);
  expect(loose).toEqual([]);
});
