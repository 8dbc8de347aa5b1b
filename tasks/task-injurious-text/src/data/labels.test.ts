import { expect, test } from "vitest";
import { optionsSchema } from "../options.ts";
import { harmfulOf, type Meaning, noCounts, requireAll, tellCounts } from "./labels.ts";

const verdict = (cell: unknown, meaning: Partial<Meaning>): boolean => {
  const row = { where: "a.csv, line 2", cells: { label: cell } };
  return harmfulOf(row, "label", { harmful: null, benign: null, ...meaning }, noCounts());
};

test.each<[unknown, Partial<Meaning>, boolean]>([
  ["Toxic", { harmful: ["Toxic"], benign: ["Benign"] }, true],
  ["Benign", { harmful: ["Toxic"], benign: ["Benign"] }, false],
  ["", { harmful: ["Toxic"], benign: [""] }, false],
  ["1.0", { harmful: [1], benign: [0] }, true],
  [0n, { harmful: [1], benign: [0] }, false],
  ["+2e0", { harmful: [1, 2], benign: [0] }, true],
  [1, { harmful: ["1"], benign: ["0"] }, true],
  [true, { harmful: [true], benign: [false] }, true],
  ["0.5", {}, true],
  ["0.49", {}, false],
  [true, {}, true],
  [1n, {}, true],
])("the label %o is taken as %j means it", (cell, meaning, harmful) => {
  expect(verdict(cell, meaning)).toBe(harmful);
});

test.each<[unknown, Partial<Meaning>]>([
  ...["", " Toxic", "Toxic\r", "toxic", "Benign", null, undefined, 1, ["Toxic"], { a: 1 }].map(
    (cell): [unknown, Partial<Meaning>] => [cell, { harmful: ["Toxic"], benign: ["Fine"] }],
  ),
  ["Benign", { harmful: ["Toxic"] }],
  ["1.0", { harmful: ["1"], benign: ["0"] }],
  [true, { harmful: [1], benign: [0] }],
  ["", { harmful: [1], benign: [0] }],
  ["0x1", { harmful: [1], benign: [0] }],
  ...["NaN", "Infinity", "", "0,9", "high", -0.1, 1.1, Number.NaN, null, undefined].map(
    (cell): [unknown, Partial<Meaning>] => [cell, {}],
  ),
])("the label %o is not taken for anything by %j", (cell, meaning) => {
  expect(() => verdict(cell, meaning)).toThrow(/^a\.csv, line 2, column "label": expected /);
});

test("a label that is refused is named with both lists, and where to put it", () => {
  expect(() => verdict("x".repeat(100_000), { harmful: ["Toxic", 2] })).toThrow(
    `options.harmful ("Toxic", 2) and options.benign (not given); found "${"x".repeat(80)}…" (100000 characters): list it`,
  );
});

test("labels are counted, and a listed one that no row has is refused with the counts", () => {
  const counts = noCounts();
  const meaning = { harmful: ["Toxic", "Toxik"], benign: ["__proto__"] };
  for (const label of ["Toxic", "__proto__", "Toxic"]) {
    harmfulOf({ where: "a.csv, line 2", cells: { label } }, "label", meaning, counts);
  }
  expect(tellCounts(counts)).toBe('harmful: 2 "Toxic"; benign: 1 "__proto__"');
  expect(() => requireAll("a.csv", meaning, counts)).toThrow(
    'a.csv: options.harmful lists "Toxik", which no row has: harmful: 2 "Toxic"; benign: 1 "__proto__"',
  );
  expect(() => requireAll("a.csv", { harmful: ["Toxic"], benign: ["__proto__"] }, counts)).not.toThrow();
});

test("lists that contradict each other are refused", () => {
  for (const options of [
    { benign: ["a"] },
    { harmful: ["a"], benign: ["b", "a"] },
    { harmful: [1], benign: ["1.0"] },
    { harmful: ["1"], benign: [1] },
  ]) {
    expect(() => optionsSchema.parse(options)).toThrow(/options\.harmful/);
  }
  expect(optionsSchema.parse({ harmful: ["a"], benign: ["b"] })).toMatchObject({ harmful: ["a"], benign: ["b"] });
});
