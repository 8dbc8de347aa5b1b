import { expect, test } from "vitest";
import { shareMetric } from "./share-metric.ts";

test("a share has its denominator and Wilson's interval", () => {
  const { interval, ...metric } = shareMetric("accuracy/clean", [true, false, true, true], {
    axis: "clean",
    better: "higher",
  });
  expect(metric).toEqual({ name: "accuracy/clean", value: 0.75, n: 4, axis: "clean", better: "higher" });
  // Wilson: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n) with p = 3/4, n = 4, z = 1.96.
  expect(interval[0]).toBeCloseTo(0.3006, 4);
  expect(interval[1]).toBeCloseTo(0.9544, 4);
});

test("a share of nothing is refused", () => {
  expect(() => shareMetric("accuracy/clean", [], { axis: "clean", better: "higher" })).toThrow(
    "accuracy/clean: there is no case to measure it on",
  );
});
