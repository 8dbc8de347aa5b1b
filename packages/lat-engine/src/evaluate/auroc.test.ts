import { hostRandom } from "lat-tensorflow";
import { expect, test } from "vitest";
import { auroc } from "./auroc.ts";

/** By definition: over all pairs of a positive and a negative case. */
function byPairs(scores: readonly number[], positive: readonly boolean[]): number {
  let [sum, pairs] = [0, 0];
  for (const [i, a] of scores.entries()) {
    for (const [j, b] of scores.entries()) {
      if (!positive[i] || positive[j]) continue;
      sum += a > b ? 1 : a === b ? 0.5 : 0;
      pairs += 1;
    }
  }
  return sum / pairs;
}

test("is the share of pairs in the right order, ties counting half", () => {
  expect(auroc([0, 1, 2, 3], [false, false, true, true])).toBe(1);
  expect(auroc([3, 2, 1, 0], [false, false, true, true])).toBe(0);
  expect(auroc([1, 1, 1, 1], [false, false, true, true])).toBe(0.5);
  for (let repeat = 0; repeat < 20; repeat++) {
    const random = hostRandom(repeat, "auroc");
    const scores = [...random.integers(12, 40)];
    const positive = scores.map((_, i) => random.uniform(100 + i) < 0.3 + 0.03 * scores[i]!);
    expect(auroc(scores, positive)).toBeCloseTo(byPairs(scores, positive), 12);
  }
});

test("is not defined without one of the kinds", () => {
  expect(auroc([1, 2], [true, true])).toBeNaN();
  expect(auroc([1, 2], [false, false])).toBeNaN();
});

test("answers at once where a score is NaN, by the case", () => {
  expect(() => auroc([1, Number.NaN, 2], [true, false, false])).toThrow(
    "AUROC: the score of case 1 of 3 is NaN. The network's outputs overflow.",
  );
  expect(() => auroc([1, 2], [true])).toThrow("1 labels for 2 scores");
});

test("orders infinite scores as well, equal ones as ties", () => {
  const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const scores = [high, 1, low, high, 0, high, low, 2, low];
  const positive = [true, false, true, false, true, true, false, true, true];
  expect(auroc(scores, positive)).toBeCloseTo(byPairs(scores, positive), 12);
});
