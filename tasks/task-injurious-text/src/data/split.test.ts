import { expect, test } from "vitest";
import type { LabelledText } from "./labelled-text.ts";
import { balance, splitByGroup, splitNames, splitsOf } from "./split.ts";

const texts: LabelledText[] = Array.from({ length: 400 }, (_, i) => ({
  text: `text ${i}`,
  harmful: i % 3 === 0,
  group: `group ${i < 100 ? 0 : i % 60}`,
}));
const shares = { validation: 0.15, test: 0.2 };

test("no group is in two splits, and their sizes are about the wanted shares", () => {
  const splits = splitByGroup(texts, shares, 0);
  const places = new Map<string, Set<string>>();
  for (const name of splitNames)
    for (const { group } of splits[name]) places.set(group, (places.get(group) ?? new Set()).add(name));
  expect([...places.values()].every((names) => names.size === 1)).toBe(true);
  expect(splitNames.reduce((sum, name) => sum + splits[name].length, 0)).toBe(400);
  expect(splits.validation.length).toBeGreaterThan(0.12 * 400);
  expect(splits.validation.length).toBeLessThanOrEqual(0.15 * 400);
  expect(splits.test.length).toBeGreaterThan(0.17 * 400);
  expect(splits.test.length).toBeLessThanOrEqual(0.2 * 400);
  expect(places.get("group 0")).toEqual(new Set(["train"]));
});

test("is a function of the seed", () => {
  expect(splitByGroup(texts, shares, 1)).toEqual(splitByGroup(texts, shares, 1));
  expect(splitByGroup(texts, shares, 1)).not.toEqual(splitByGroup(texts, shares, 2));
  expect(balance(texts, 1, "train")).toEqual(balance(texts, 1, "train"));
});

test("balances by leaving out texts of the commoner kind", () => {
  const balanced = balance(texts, 0, "train");
  expect(balanced.filter(({ harmful }) => harmful)).toHaveLength(134);
  expect(balanced.filter(({ harmful }) => !harmful)).toHaveLength(134);
  expect(new Set(balanced.map(({ text }) => text)).size).toBe(268);
});

test("refuses an empty split and a split of one kind", () => {
  expect(() => balance([], 0, "validation")).toThrow(/validation: 0 harmful and 0 benign texts; expected some of both/);
  const harmful = texts.filter((text) => text.harmful);
  expect(() => balance(harmful, 0, "test")).toThrow(/test: 134 harmful and 0 benign texts/);
});

test("texts that say their split are in it, and a part that none names is drawn from those to train on", () => {
  const named = texts.map((text, i) => ({ ...text, split: i % 4 === 0 ? ("test" as const) : ("train" as const) }));
  const splits = splitsOf(named, shares, 0);
  expect(splits.test).toEqual(named.filter(({ split }) => split === "test"));
  expect(splits.validation.length).toBeGreaterThan(0.12 * 300);
  expect([...splits.train, ...splits.validation].every(({ split }) => split === "train")).toBe(true);
  expect(splitsOf(texts, shares, 0)).toEqual(splitByGroup(texts, shares, 0));
});
