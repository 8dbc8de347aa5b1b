import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsOf, temporaryFolder } from "../../testing.ts";
import { LatError } from "../errors.ts";
import { readRows } from "./rows.ts";

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', ",", "\t", "\n", "\r", "\r\n", "\u2028", "\ufeff", " ", "é", "😀", "#", "\\"),
    fc.string({ minLength: 1, maxLength: 1, unit: "binary" }).filter((c) => c !== "\0"),
  ),
  maxLength: 12,
});

/** What is made of a text before it is written. */
const encodings = {
  plain: (content: string) => ["", Buffer.from(content)] as const,
  marked: (content: string) => ["", Buffer.from(`\ufeff${content}`)] as const,
  littleEndian: (content: string) => ["", Buffer.from(`\ufeff${content}`, "utf16le")] as const,
  bigEndian: (content: string) => ["", Buffer.from(`\ufeff${content}`, "utf16le").swap16()] as const,
  packed: (content: string) => [".gz", gzipSync(content, { level: 1 })] as const,
};
const encoding = fc.constantFrom(...Object.values(encodings));
const lineEnd = fc.constantFrom("\n", "\r\n", "\r");

/** A row: its values, what ends it, how many empty lines follow, and whether values are in quotes that need none. */
const row = (width: number) =>
  fc.record({
    values: fc.array(text, { minLength: width, maxLength: width }),
    end: lineEnd,
    empty: fc.nat({ max: 2 }),
    quoted: fc.boolean(),
  });
const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
  fc.record({
    names: fc.uniqueArray(text, { minLength: width, maxLength: width, selector: (name) => name.trim() }),
    rows: fc.array(row(width), { minLength: 1, maxLength: 5 }),
    delimiter: fc.constantFrom(",", "\t"),
    end: lineEnd,
    encoding,
  }),
);

/** Lines of a text as the standard of regular expressions for line ends has them. */
const linesIn = (content: string) => content.split(/\r\n|\r|\n/).length - 1;

test("separated values are read as they were written, each row at the line where it begins", async () => {
  const folder = temporaryFolder();
  await fc.assert(
    fc.asyncProperty(table, async ({ names, rows, delimiter, end, encoding: encode }) => {
      const written = (values: readonly string[], quoted: boolean) =>
        values
          .map((value) => (quoted || /["\r\n,\t\ufeff]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value))
          .join(delimiter);
      let content = written(names, true) + end;
      const expected = rows.map(({ values, end, empty, quoted }) => {
        const line = linesIn(content) + 1;
        // A "\n" after a row that ends in "\r" would be a part of that line's end.
        content += written(values, quoted) + end + (end === "\r" ? "\r" : "\n").repeat(empty);
        return {
          line,
          cells: Object.fromEntries(values.flatMap((value, i) => (names[i] === "" ? [] : [[names[i]!, value]]))),
        };
      });
      const [ending, bytes] = encode(content);
      const path = join(folder, `a${delimiter === "," ? ".csv" : ".tsv"}${ending}`);
      writeFileSync(path, bytes);
      expect(await rowsOf(path)).toEqual(
        expected.map(({ line, cells }) => ({ where: `${path}, line ${line}`, cells })),
      );
    }),
    { numRuns: 300 },
  );
});

test("JSON lines are read as they were written", async () => {
  const folder = temporaryFolder();
  const value = fc.oneof(text, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.boolean(), fc.constant(null));
  const object = fc.dictionary(text, fc.oneof(value, fc.array(value), fc.dictionary(text, value)));
  const rows = fc.array(fc.record({ cells: object, end: lineEnd }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rows, encoding, async (written, encode) => {
      const lines = written.map(({ cells, end }) => JSON.stringify(cells) + end);
      const [ending, bytes] = encode(lines.join(""));
      const path = join(folder, `a.jsonl${ending}`);
      writeFileSync(path, bytes);
      const read = await rowsOf(path);
      // Whole numbers of many digits are read as text.
      const exact = lines.map((line) => JSON.parse(line.replaceAll(/(?<=[:,[])-?\d{16,}(?=[,\]}])/g, '"$&"')));
      expect(read).toEqual(exact.map((cells, i) => ({ where: `${path}, line ${i + 1}`, cells })));
    }),
    { numRuns: 300 },
  );
});

const fixtures = join(import.meta.dirname, "../../fixtures");
const csv = 'text,label,x\n"a ""b""\r\nc",1,2\r\nd,0,é😀\n';
const json = '{"text":"a \\ud83d\\ude00","label":1,"x":[1,{"y":null}]}\n{"text":"b","label":0.5}\n';
const wholes: readonly (readonly [name: string, bytes: Buffer])[] = [
  ...readdirSync(fixtures).map((name) => [name, readFileSync(join(fixtures, name))] as const),
  ...Object.values(encodings).flatMap((encode) =>
    Object.entries({ "a.csv": csv, "a.tsv": csv.replaceAll(",", "\t"), "a.jsonl": json }).map(([name, content]) => {
      const [ending, bytes] = encode(content);
      return [name + ending, bytes] as const;
    }),
  ),
];

/** A change of a file at one place: bytes taken out, bytes put in. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  out: fc.nat({ max: 8 }),
  put: fc.array(fc.constantFrom(0, 1, 10, 13, 34, 44, 127, 128, 255), { maxLength: 4 }),
});

test("a file that is damaged at random is read or refused, soon and in a short message", async () => {
  const folder = temporaryFolder();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...wholes),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async ([name, whole], changes) => {
        const bytes = changes.reduce((rest, { at, out, put }) => {
          const start = Math.floor(at * rest.length);
          return Buffer.concat([rest.subarray(0, start), Buffer.from(put), rest.subarray(start + out)]);
        }, whole);
        const path = join(folder, name);
        writeFileSync(path, bytes);
        const began = performance.now();
        try {
          for await (const { cells } of readRows(path)) expect(cells).toBeTypeOf("object");
        } catch (error) {
          expect(error).toBeInstanceOf(LatError);
          expect((error as Error).message.length).toBeLessThan(2000);
        }
        expect(performance.now() - began).toBeLessThan(2000);
      },
    ),
    { numRuns: 1000 },
  );
});
