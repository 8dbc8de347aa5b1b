import { expect, test } from "vitest";
import { cellOf, numberIn, scoreOf, textOf } from "./cells.ts";

const rowWith = (cells: Record<string, unknown>) => ({ where: "data.csv, line 3", cells });

test("a column that a row has not is answered with the nearest and with all, also one that every object has", () => {
  expect(() => cellOf(rowWith({ comment: "", is_toxic: "" }), "is_toxik")).toThrow(
    'data.csv, line 3: unknown column "is_toxik"; did you mean "is_toxic"? Known: comment, is_toxic',
  );
  expect(() => cellOf(rowWith({ a: 1 }), "constructor")).toThrow(/unknown column "constructor"/);
});

test("refuses a text that is empty, missing, not a text, half a character or absurdly long", () => {
  expect(textOf(rowWith({ text: " kept as it is " }), "text")).toBe(" kept as it is ");
  const refused = (text: unknown) => () => textOf(rowWith({ text }), "text");
  expect(refused(" \n")).toThrow('line 3, column "text": expected a text; it is empty');
  expect(refused(7)).toThrow('line 3, column "text": expected a text; found 7');
  expect(refused(7n)).toThrow("found 7");
  expect(refused(undefined)).toThrow("found undefined");
  expect(refused(["a".repeat(100_000)])).toThrow(/found \["a{80}…" \(100000 characters\)\]$/);
  expect(refused(new Uint8Array([255]))).toThrow(/found 1 bytes$/);
  expect(refused("a \ud83d b")).toThrow("half of a character");
  expect(refused("a".repeat(1 << 20))).toThrow(/at most 100000 characters; found 1048576: is a quote not closed/);
});

test("a number is what people and programs write as one", () => {
  expect([" 1.0", "-2", ".5", "1e-3", 3, 4n].map(numberIn)).toEqual([1, -2, 0.5, 0.001, 3, 4]);
  expect(
    ["", " ", "0x1", "Infinity", "NaN", "1,5", "1 2", true, null, [1]].filter((cell) => numberIn(cell) !== undefined),
  ).toEqual([]);
});

test("refuses a score that is NaN, missing or out of range", () => {
  expect(["0.25", "1.0", 1, 1n, true].map((s) => scoreOf(rowWith({ s }), "s"))).toEqual([0.25, 1, 1, 1, 1]);
  for (const cell of ["NaN", "", " ", "high", "1.5", -1, null, Number.NaN, undefined]) {
    expect(() => scoreOf(rowWith({ s: cell }), "s")).toThrow(
      /^data\.csv, line 3, column "s": expected a score from 0 to 1; found /,
    );
  }
});
