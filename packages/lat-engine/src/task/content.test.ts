import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distinct, groupAlike, textKey, valuesKey, withoutContradictions } from "./content.ts";

describe("the key of a text", () => {
  test.each([
    ["case", "Hello THERE", "hello there"],
    ["white space", " a\r\n\tb\u00a0\u2003c ", "a b c"],
    ["composed and decomposed letters", "caf\u00e9", "cafe\u0301"],
    ["ligatures and full width", "\ufb01ne \uff21\uff22\uff23", "fine abc"],
    ["characters without a shape", "kill\u200bing s\u00adoftly\ufeff", "killing softly"],
    ["letters with two lower cases", "STRASSE ΟΔΟΣ", "straße οδος"],
    ["control characters", "a\u0000b", "a b"],
  ])("is the same whatever the %s", (_, one, other) => expect(textKey(one)).toBe(textKey(other)));

  test.each([
    ["a word", "you are kind", "you are kin"],
    ["punctuation", "stop", "stop!"],
    ["an accent", "resume", "résumé"],
    ["word borders", "the rapist", "therapist"],
  ])("differs by %s", (_, one, other) => expect(textKey(one)).not.toBe(textKey(other)));

  test("of a key is the key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(textKey(textKey(text))).toBe(textKey(text));
      }),
    );
  });
});

test("the key of values is theirs alone", () => {
  expect(valuesKey(Uint8Array.of(9, 1, 2).subarray(1))).toBe(valuesKey(Uint8Array.of(1, 2)));
  expect(valuesKey(Uint8Array.of(1, 2))).not.toBe(valuesKey(Uint8Array.of(2, 1)));
  expect(valuesKey(Float32Array.of(0.5))).not.toBe(valuesKey(Float32Array.of(0.25)));
});

test("of the same content the first is kept, and none where the labels differ", () => {
  // Every pair was voted on three times, as in BeaverTails.
  const votes = ["a", "b", "c", "d"].flatMap((text, i) => [0, 1, 2].map((vote) => ({ text, vote, safe: vote >= i })));
  expect(distinct(votes, ({ text }) => [text], ({ safe }) => safe)).toEqual({
    kept: [
      { text: "a", vote: 0, safe: true },
      { text: "d", vote: 0, safe: false },
    ],
    dropped: { duplicates: 4, contradictions: 6 },
  }); // biome-ignore format: one list
  const { kept, contradictions } = withoutContradictions(
    votes,
    ({ text }) => [text],
    ({ safe }) => safe,
  );
  expect([kept.map(({ text }) => text), contradictions]).toEqual([["a", "a", "a", "d", "d", "d"], 6]);
  expect(distinct(["x", "y", "x"], (item) => [item])).toEqual({
    kept: ["x", "y"],
    dropped: { duplicates: 1, contradictions: 0 },
  });
});

describe("groups of what is alike", () => {
  test("hold what shares a key, also by others between them, in the order given", () => {
    const items = [["a"], ["b"], ["c", "x"], ["x", "a"], ["d"], ["b", "d"], []];
    expect(groupAlike(items, (keys) => keys)).toEqual([[["a"], ["c", "x"], ["x", "a"]], [["b"], ["d"], ["b", "d"]], [[]]]); // biome-ignore format: one list
  });

  test("are the connected parts of the graph of shared keys", () => {
    const keys = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 12 }), (all) => {
        const items = all.map((own, index) => ({ index, keys: own.map(String) }));
        const groups = groupAlike(items, (item) => item.keys);
        expect(groups.flat().map(({ index }) => index).sort((a, b) => a - b)).toEqual(items.map(({ index }) => index)); // biome-ignore format: one call
        // No key in two groups, and inside a group everything can be reached from the first.
        const owners = groups.map((group) => new Set(group.flatMap((item) => item.keys)));
        expect(owners.reduce((sum, own) => sum + own.size, 0)).toBe(new Set(owners.flatMap((own) => [...own])).size);
        for (const group of groups) {
          const reached = new Set(group[0]!.keys);
          for (const _ of group) for (const item of group) if (item.keys.some((key) => reached.has(key))) for (const key of item.keys) reached.add(key); // biome-ignore format: one search
          expect(group.length === 1 || group.every((item) => item.keys.some((key) => reached.has(key)))).toBe(true);
        }
      }),
    );
  });
});
