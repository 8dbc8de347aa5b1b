import { tf } from "lat-tensorflow";
import { expect, test } from "vitest";
import { embeddingNeighbours } from "./neighbours.ts";

test("finds the nearest words among rows that have no direction", () => {
  const words = ["good", "nice", "grand", "bad"];
  const empty = Array.from(
    { length: 28 },
    (_, i) => `unused${String.fromCharCode(97 + i)}`.slice(0, 6) + "x".repeat(i),
  );
  const vocabulary = [...empty.slice(0, 14), ...words, ...empty.slice(14)];
  const rows: Record<string, number[]> = { good: [1, 0], nice: [1, 0.2], grand: [1, 0.4], bad: [-1, 0.1] };
  const table = tf.tensor2d(vocabulary.map((word) => rows[word] ?? [0, 0]));
  const id = (word: string) => vocabulary.indexOf(word);
  const found = embeddingNeighbours(table, vocabulary, new Set([id("good"), id(empty[0]!)]));
  expect(found.get(id("good"))!.map((other) => vocabulary[other])).toEqual(["nice", "grand"]);
  expect(found.get(id(empty[0]!))).toEqual([]);
});
