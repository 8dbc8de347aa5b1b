import fc from "fast-check";
import { expect, test } from "vitest";
import { advantage, type Better, dominates, paretoFront } from "./pareto.ts";

const lossAndAccuracy: Better[] = ["lower", "higher"];

test("an advantage is positive where the first value is better", () => {
  expect(advantage(1, 2, "lower")).toBe(1);
  expect(advantage(1, 2, "higher")).toBe(-1);
  expect(advantage(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, "lower")).toBe(0);
  expect(advantage(Number.NaN, 2, "higher")).toBeNaN();
});

test("a point dominates when it is nowhere worse and somewhere better", () => {
  expect(dominates([1, 0.9], [2, 0.9], lossAndAccuracy)).toBe(true);
  expect(dominates([1, 0.9], [1, 0.9], lossAndAccuracy)).toBe(false);
  expect(dominates([1, 0.8], [2, 0.9], lossAndAccuracy)).toBe(false);
  expect(dominates([1, 0.8], [2, 0.8], ["higher", "higher"])).toBe(false);
});

test("points of another number of axes are refused", () => {
  expect(() => dominates([1], [1, 2], lossAndAccuracy)).toThrow(
    "dominates: got points of 1 and 2 values, expected 2 each",
  );
});

test("the front keeps what nothing dominates, equal points included, and no NaN", () => {
  const points = [
    [1, 0.5],
    [2, 0.9],
    [2, 0.6],
    [1, 0.5],
    [Number.NaN, 1],
  ];
  expect(paretoFront(points, lossAndAccuracy)).toEqual([0, 1, 3]);
  expect(paretoFront([], lossAndAccuracy)).toEqual([]);
});

test("every point off the front is dominated by one on it, and none on it is dominated", () => {
  const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), { minLength: 1 });
  const directions = fc.tuple(fc.constantFrom<Better>("higher", "lower"), fc.constantFrom<Better>("higher", "lower"));
  fc.assert(
    fc.property(values, directions, (points, better) => {
      const front = new Set(paretoFront(points, better));
      expect(front.size).toBeGreaterThan(0);
      for (const [index, point] of points.entries()) {
        const dominated = [...front].some((other) => dominates(points[other]!, point, better));
        expect(dominated).toBe(!front.has(index));
      }
    }),
  );
});
