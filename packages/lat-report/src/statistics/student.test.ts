import { expect, test } from "vitest";
import { studentQuantile } from "./student.ts";

test("the quantile agrees with the tables", () => {
  const table = [
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [5, 2.5706],
    [10, 2.2281],
    [30, 2.0423],
    [120, 1.9799],
    [1000, 1.9623],
    [Number.POSITIVE_INFINITY, 1.96],
  ] as const;
  for (const [degrees, quantile] of table) expect(studentQuantile(degrees) / quantile).toBeCloseTo(1, 3);
});

test("it falls from the first value of the table to the normal quantile, whole degrees or not", () => {
  let before = Number.POSITIVE_INFINITY;
  for (let degrees = 1; degrees < 1100; degrees *= 1.05) {
    const quantile = studentQuantile(degrees);
    expect(quantile).toBeLessThanOrEqual(before);
    before = quantile;
  }
  expect(() => studentQuantile(0.5)).toThrow("got 0.5 degrees of freedom");
  expect(() => studentQuantile(Number.NaN)).toThrow("got NaN degrees of freedom");
});
