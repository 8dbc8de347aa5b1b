import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { cellsOf, fileWith, rowsOf } from "../../testing.ts";

test("reads values in quotes, with separators, quotes and line ends inside, and says on which line a row begins", async () => {
  const path = fileWith("a.csv", 'text,label\n"one, ""1""",1\n\n"two\r\n\nlines",0\r\nthree,\r\n');
  expect(await rowsOf(path)).toEqual([
    { where: `${path}, line 2`, cells: { text: 'one, "1"', label: "1" } },
    { where: `${path}, line 4`, cells: { text: "two\r\n\nlines", label: "0" } },
    { where: `${path}, line 7`, cells: { text: "three", label: "" } },
  ]);
});

test("line ends of every kind, mixed in one file, are none of a value", async () => {
  const rows = [
    { a: "1", b: "Toxic" },
    { a: "2", b: "Toxic" },
    { a: "3", b: "Toxic" },
  ];
  expect(await cellsOf(fileWith("a.csv", "a,b\n1,Toxic\r\n2,Toxic\r3,Toxic"))).toEqual(rows);
  expect(await cellsOf(fileWith("a.tsv", "a\tb\r\n1\tToxic\n2\tToxic\r\n3\tToxic\r\n"))).toEqual(rows);
});

test("tabs, gzip, capitals in the ending, UTF-16 and a byte order mark are read", async () => {
  const expected = [{ a: "é,\u2028😀", b: "" }];
  expect(await cellsOf(fileWith("a.tsv.gz", gzipSync("a\tb\né,\u2028😀\t\n")))).toEqual(expected);
  expect(await cellsOf(fileWith("A.CSV", '\ufeffa,b\n"é,\u2028😀",\n'))).toEqual(expected);
  expect(await cellsOf(fileWith("a.csv", Buffer.from('\ufeffa,b\n"é,\u2028😀",\n', "utf16le")))).toEqual(expected);
});

test("comments in front of the header are read over where they are expected, and nowhere else", async () => {
  const path = fileWith("a.csv", '# about\r\n# more\na,b\n"# three\nfour",0\n#5,1\n');
  expect(await rowsOf(path, { comments: true })).toEqual([
    { where: `${path}, line 4`, cells: { a: "# three\nfour", b: "0" } },
    { where: `${path}, line 6`, cells: { a: "#5", b: "1" } },
  ]);
  expect(await cellsOf(fileWith("a.csv", "#,b\n1,2\n"))).toEqual([{ "#": "1", b: "2" }]);
});

test("columns without a name are left out, and names that objects have are like any other", async () => {
  expect(await cellsOf(fileWith("a.csv", ",__proto__,constructor,\n0,a,b,\n"))).toEqual([
    Object.fromEntries([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]),
  ]);
});

test.each<[string, string | Uint8Array, RegExp]>([
  ["a.csv", "", /a\.csv has no rows; expected at least one/],
  ["a.csv", "a,b\n\n", /a\.csv has no rows/],
  ["a.csv", "a,b\n1,2,3\n", /line 2: expected 2 values, as in the header; found 3/],
  ["a.csv", 'a,b\n"x\r\ny",2\n\n1\n', /line 5: expected 2 values, as in the header; found 1/],
  ["a.csv", 'a,b\n"x\r\ny",2\n\n1 "2",3\n', /line 5: .*a quote stands inside a value/],
  ["a.csv", 'a,b\n"1" ,2\n', /line 2: .*a quote inside a value in quotes is not doubled/],
  ["a.csv", 'a,b\n1,2\n"1,2\n3,4\n', /line 3: .*a quote is opened that nothing closes/],
  ["a.csv", "a,b,a\n1,2,3\n", /line 1: two columns are named "a"; rename one of them/],
  ["a.csv", "a,b, a\n1,2,3\n", /line 1: two columns are named "a"/],
  ["a.csv", "a;b\n1;2\n", /line 1: expected the names of columns, separated by commas; found "a;b"/],
  ["a.tsv", "a,b\n1,2\n", /line 1: expected the names of columns, separated by tabs; found "a,b"/],
  ["a.csv", Buffer.from("a,b\ngood,1\n\xe9,2\n", "latin1"), /line 3: expected UTF-8 text/],
  ["a.csv", Buffer.from("a,b\n1,2\n", "utf16le"), /line 1: expected text; the line holds a zero byte/],
  [
    "a.csv",
    Buffer.from("\ufeffa,b\n1,\ud83d\n", "utf16le"),
    /line 2: expected UTF-16 text; a character is cut in half/,
  ],
  ["a.csv", Buffer.from("\ufeffa,b\n1,2\n", "utf16le").subarray(0, -1), /line \d: expected UTF-16 text/],
  [
    "a.csv",
    Buffer.from("\ufeffa,b\n1,\ud83d\n", "utf16le").swap16(),
    /line 2: expected UTF-16 text; a character is cut/,
  ],
  ["a.csv", "<!doctype html>\n<html>", /a\.csv is an HTML page.*; expected rows of text/],
  ["a.txt", "a,b\n1,2\n", /a\.txt: expected a file that ends in \.csv, \.tsv or \.jsonl/],
])("%s with %j is refused with its line", async (name, content, message) => {
  await expect(rowsOf(fileWith(name, content))).rejects.toThrow(message);
});

test("a row of megabytes is refused before it is read whole, in a short message", async () => {
  const path = fileWith("a.csv", `a,b\n"${"x\n".repeat(2 ** 24)}",1\n`);
  await expect(rowsOf(path)).rejects.toThrow(/^.{0,200}line 2: .*a row of more than 16 MiB; is a quote not closed\?$/);
});
