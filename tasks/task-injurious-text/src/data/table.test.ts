import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { readTable, requireColumns, scoreOf, textOf } from "./table.ts";

const fileWith = (name: string, content: string | Uint8Array) => join(folderWith({ [name]: content }), name);
const rowWith = (cells: Record<string, unknown>) => ({ where: "data.csv, row 3", cells });

test("reads comma-separated values behind comments, with quotes and line breaks inside", async () => {
  const path = fileWith("a.csv", '# about\r\n# more\ntext,label\n"one, two",1\n"# three\nfour",0\n');
  expect((await readTable(path)).map(({ cells }) => cells)).toEqual([
    { text: "one, two", label: "1" },
    { text: "# three\nfour", label: "0" },
  ]);
});

test("reads JSON lines", async () => {
  const rows = await readTable(fileWith("a.jsonl", '{"text": "one", "label": true}\n\n{"text": "two"}\n'));
  expect(rows.map(({ cells }) => cells)).toEqual([{ text: "one", label: true }, { text: "two" }]);
  expect(rows[1]!.where).toMatch(/a\.jsonl, row 2$/);
});

test("names the file and the place of what cannot be read", async () => {
  await expect(readTable("/nowhere/a.csv")).rejects.toThrow(/cannot read \/nowhere\/a\.csv: no such file/);
  await expect(readTable("a.txt")).rejects.toThrow(/a\.txt: expected a file that ends in \.csv or \.jsonl/);
  await expect(readTable(fileWith("a.csv", ""))).rejects.toThrow(/a\.csv has no rows/);
  await expect(readTable(fileWith("a.csv", "text,label\n"))).rejects.toThrow(/a\.csv has no rows/);
  await expect(readTable(fileWith("a.csv", "text,label\none,1,2\n"))).rejects.toThrow(/not comma-separated.*line 2/);
  await expect(readTable(fileWith("a.jsonl", '{"a": 1}\n[1]\n'))).rejects.toThrow(
    /line 2: expected a JSON object; found \[1\]/,
  );
  await expect(readTable(fileWith("a.jsonl", '{"a": 1}\n{"b\n'))).rejects.toThrow(
    /line 2: expected a JSON object; found \{"b/,
  );
  const latin1 = new Uint8Array([...new TextEncoder().encode("text\ngood\n"), 0xe9, 10]);
  await expect(readTable(fileWith("a.csv", latin1))).rejects.toThrow(/line 3: expected UTF-8 text/);
});

test("answers an unknown column with the nearest and with all", async () => {
  expect(() => requireColumns([rowWith({ comment: "", is_toxic: "" })], ["is_toxik"], "data.csv")).toThrow(
    'data.csv: unknown column "is_toxik"; did you mean "is_toxic"? Known: comment, is_toxic',
  );
});

test("refuses a text that is empty, missing, not a text or absurdly long", () => {
  expect(textOf(rowWith({ text: " kept as it is " }), "text")).toBe(" kept as it is ");
  expect(() => textOf(rowWith({ text: " \n" }), "text")).toThrow("row 3: text is empty, expected a text");
  expect(() => textOf(rowWith({ text: 7 }), "text")).toThrow("row 3: text is 7, expected a text");
  expect(() => textOf(rowWith({}), "text")).toThrow("row 3: text is undefined, expected a text");
  expect(() => textOf(rowWith({ text: "a".repeat(1 << 20) }), "text")).toThrow(
    /row 3: text has 1048576 characters, expected at most 100000: is a quote not closed/,
  );
});

test("refuses a score that is NaN, missing or out of range", () => {
  expect([
    scoreOf(rowWith({ s: "0.25" }), "s"),
    scoreOf(rowWith({ s: 1 }), "s"),
    scoreOf(rowWith({ s: true }), "s"),
  ]).toEqual([0.25, 1, 1]);
  for (const cell of ["NaN", "", " ", "high", "1.5", -1, null, Number.NaN]) {
    expect(() => scoreOf(rowWith({ s: cell }), "s")).toThrow(/row 3: s is .*, expected a score from 0 to 1/);
  }
  expect(() => scoreOf(rowWith({}), "s")).toThrow("s is missing");
});
