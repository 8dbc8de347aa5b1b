import { expect, test } from "vitest";
import { randomSplit } from "./split.ts";

const items = Array.from({ length: 40 }, (_, i) => ({ name: `item ${i}` }));
const names = items.map(({ name }) => name).sort();
const shares = { validation: 0.1, test: 0.25 };

test("every item is in one part, and the parts have their shares and names", () => {
  const { train, validation, test, splits } = randomSplit(items, shares, 0);
  expect([train, validation, test].map((part) => part.length)).toEqual([26, 4, 10]);
  expect([...train, ...validation, ...test].map(({ name }) => name).sort()).toEqual(names);
  expect(Object.keys(splits)).toEqual(["train", "validation", "test"]);
  expect(splits.validation).toEqual(validation.map(({ name }) => name));
  expect(Object.values(splits).flat().sort()).toEqual(names);
});

test("the seed decides", () => {
  expect(randomSplit(items, shares, 3)).toEqual(randomSplit(items, shares, 3));
  expect(randomSplit(items, shares, 4)).not.toEqual(randomSplit(items, shares, 3));
});

test("a part without an item is answered", () => {
  expect(() => randomSplit(items.slice(0, 4), shares, 0)).toThrow(/^4 examples are too few .*no validation is left/);
});
