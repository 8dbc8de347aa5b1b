import fc from "fast-check";
import { expect, test } from "vitest";
import { holdOutGroups, splitByGroup } from "./split.ts";

const groupsOf = (sizes: readonly number[]) =>
  sizes.map((size, group) => Array.from({ length: size }, (_, i) => `${group}.${i}`));
const groupOf = (member: string) => member.split(".")[0]!;

test("samples have their sizes, repeat with the seed, and share no group", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 60, maxLength: 90 }), fc.nat(), (sizes, seed) => {
      const groups = groupsOf(sizes);
      const wanted = { a: 20, b: 10, c: 5 };
      const samples = splitByGroup(groups, wanted, seed);
      expect(samples).toEqual(splitByGroup(groups, wanted, seed));
      expect([samples.a.length, samples.b.length, samples.c.length]).toEqual([20, 10, 5]);
      const members = Object.values(samples).flat();
      expect(new Set(members).size).toBe(members.length);
      const owners = Object.values(samples).map((sample) => new Set(sample.map(groupOf)));
      expect(new Set(owners.flatMap((owner) => [...owner])).size).toBe(owners.reduce((n, owner) => n + owner.size, 0));
    }),
  );
});

test("another seed gives another split", () => {
  const groups = groupsOf(Array(50).fill(3));
  expect(splitByGroup(groups, { a: 20 }, 0)).not.toEqual(splitByGroup(groups, { a: 20 }, 1));
});

test("asking for more than there is is a usage error with the numbers", () => {
  expect(() => splitByGroup(groupsOf([2, 2]), { a: 5 }, 0)).toThrow(/of 4 examples, 5 are wanted \(5 a\)/);
  expect(() => holdOutGroups(groupsOf([2, 2]), 2, 0)).toThrow(/2 prompts are to be held out, but there are only 2/);
});

test("held-out groups are one member each, and nothing of them remains", () => {
  const groups = groupsOf([1, 2, 3, 4, 5, 6]);
  const { heldOut, rest } = holdOutGroups(groups, 3, 7);
  const owners = new Set(heldOut.map(groupOf));
  expect(owners.size).toBe(3);
  expect(rest.some((member) => owners.has(groupOf(member)))).toBe(false);
  const kept = groups.filter((_, group) => !owners.has(String(group)));
  expect(rest.toSorted()).toEqual(kept.flat().toSorted());
});
