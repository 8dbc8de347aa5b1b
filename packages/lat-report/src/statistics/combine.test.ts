import type { Metric } from "lat-engine/records";
import { expect, test } from "vitest";
import { combine } from "./combine.ts";
import { normalQuantile, studentQuantile } from "./student.ts";

function metric(value: number, interval: [number, number], name = "loss/clean"): Metric {
  return { name, value, n: 100, interval, axis: "clean", better: "lower" };
}

test("one seed keeps its own interval", () => {
  expect(combine([metric(4, [3.8, 4.3])])).toMatchObject({ value: 4, low: 3.8, high: 4.3, cases: [100], values: [4] });
});

test("seeds that agree keep the width of one: they share their evaluation cases", () => {
  const { low, high } = combine([metric(4, [3.8, 4.3]), metric(4, [3.8, 4.3]), metric(4, [3.8, 4.3])]);
  expect(low).toBeCloseTo(3.8);
  expect(high).toBeCloseTo(4.3);
});

test("where cases add nothing, the interval is Student's of the mean over seeds", () => {
  const values = [1, 2, 4];
  const { value, low, high } = combine(values.map((one) => metric(one, [one, one])));
  const half = studentQuantile(2) * Math.sqrt((16 / 9 + 1 / 9 + 25 / 9) / 2 / 3);
  expect(value).toBeCloseTo(7 / 3);
  expect(high - value).toBeCloseTo(half);
  expect(value - low).toBeCloseTo(half);
});

test("both sources add as variances, with degrees of freedom between those of seeds and of cases", () => {
  const { value, high } = combine([metric(1, [0.5, 1.5]), metric(1.2, [0.7, 1.7])]);
  const within = (0.5 / normalQuantile) ** 2;
  const between = 0.02 / 2;
  const degrees = ((within + between) / between) ** 2;
  expect(high - value).toBeCloseTo(studentQuantile(degrees) * Math.sqrt(within + between));
});

test("a share stays between 0 and 1, and a side without uncertainty of cases has none", () => {
  const wide = combine([metric(0, [0, 0.1], "attack-success-rate"), metric(0.3, [0.2, 0.4], "attack-success-rate")]);
  expect([wide.low, wide.high]).toEqual([0, 1]);
  const zero = combine([metric(0, [0, 0.02], "attack-success-rate"), metric(0, [0, 0.02], "attack-success-rate")]);
  expect(zero.low).toBe(0);
  expect(zero.high).toBeCloseTo(0.02);
});

test("no metrics are refused", () => {
  expect(() => combine([])).toThrow("got no metrics");
});
