import { expect, test } from "vitest";
import { tokenExamples } from "./examples.ts";

const examples = tokenExamples(
  [
    [1, 10, 11, 4],
    [1, 20, 4],
    [1, 30, 31, 32, 33, 4],
  ],
  5,
);

test("labels are the next tokens, and neither the last token nor padding counts", () => {
  expect(examples.batch([1, 0], 5)).toEqual({
    tokens: { shape: [2, 5], data: Int32Array.of(1, 20, 4, 0, 0, 1, 10, 11, 4, 0) },
    labels: { shape: [2, 5], data: Int32Array.of(20, 4, 0, 0, 0, 10, 11, 4, 0, 0) },
    mask: { shape: [2, 5], data: Float32Array.of(1, 1, 1, 0, 0, 1, 1, 1, 1, 0) },
    weights: { shape: [2, 5], data: Float32Array.of(1, 1, 0, 0, 0, 1, 1, 1, 0, 0) },
  });
});

test("without a length a batch is as long as its longest example", () => {
  expect(examples.batch([0, 1]).tokens!.shape).toEqual([2, 4]);
});

test("longer examples are cut and counted", () => {
  expect(examples.lengths).toEqual([4, 3, 5]);
  expect(examples.truncated).toBe(1);
  expect(examples.batch([2]).tokens!.data).toEqual(Int32Array.of(1, 30, 31, 32, 33));
});

test("a length that an example does not fit into is refused", () => {
  expect(() => examples.batch([1, 2], 4)).toThrow(/5 tokens in a batch of length 4/);
});
