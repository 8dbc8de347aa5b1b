import { expect, test } from "vitest";
import { textKey } from "./content.ts";
import { randomSplit } from "./split.ts";

const items = Array.from({ length: 40 }, (_, i) => ({ name: `item ${i}` }));
const names = items.map(({ name }) => name).sort();
const keyOf = ({ name }: { name: string }): string => textKey(name);
const shares = { validation: 0.1, test: 0.25 };

test("every item is in one part, and the parts have their shares and names", () => {
  const { train, validation, test, splits } = randomSplit(items, keyOf, shares, 0);
  expect([train, validation, test].map((part) => part.length)).toEqual([26, 4, 10]);
  expect([...train, ...validation, ...test].map(({ name }) => name).sort()).toEqual(names);
  expect(Object.keys(splits)).toEqual(["train", "validation", "test"]);
  expect(splits.validation).toEqual(validation.map(({ name }) => ({ name, key: name })));
  expect(Object.values(splits).flatMap((members) => members.map(({ name }) => name)).sort()).toEqual(names); // biome-ignore format: one call
});

test("the seed decides", () => {
  expect(randomSplit(items, keyOf, shares, 3)).toEqual(randomSplit(items, keyOf, shares, 3));
  expect(randomSplit(items, keyOf, shares, 4)).not.toEqual(randomSplit(items, keyOf, shares, 3));
});

test("a part without an item is answered", () => {
  expect(() => randomSplit(items.slice(0, 4), keyOf, shares, 0)).toThrow(
    /^4 examples are too few .*no validation is left/,
  );
});

test("of the same content the first is divided, and none where labels differ", () => {
  const labelled = items.map(({ name }, i) => ({ name, label: i % 2 }));
  const copies = labelled.map(({ name, label }) => ({ name: name.toUpperCase().replace(" ", "\u00a0 "), label }));
  const opposite = labelled.slice(0, 3).map(({ name, label }) => ({ name: `${name} `, label: 1 - label }));
  const { train, validation, test, dropped } = randomSplit([...labelled, ...copies, ...opposite], keyOf, shares, 0);
  expect([...train, ...validation, ...test].map(({ name }) => name).sort()).toEqual(names.filter((name) => !["item 0", "item 1", "item 2"].includes(name))); // biome-ignore format: one call
  expect(dropped).toEqual({ duplicates: 37, contradictions: 9 });
});
