import { expect, test } from "vitest";
import type { Described } from "../data/image.ts";
import { BalancedAccuracy, successMetric } from "./metrics.ts";

const image = (label: number, group: string): Described => ({
  name: `${label}/${group}`,
  label,
  group,
  words: [],
});

test("every class weighs the same, however many images it has", () => {
  const images = [...Array.from({ length: 30 }, (_, i) => image(0, `${i}`)), image(1, "x"), image(1, "y")];
  const correct = [...Array(30).fill(true), true, false];
  const metric = new BalancedAccuracy(images).metric("accuracy/clean", correct, "clean");
  expect(metric).toMatchObject({ name: "accuracy/clean", value: 0.75, n: 32, axis: "clean", better: "higher" });
  // The class of two is drawn as none, one or both right; that of 30 is all right.
  expect(metric.interval).toEqual([0.5, 1]);
});

test("the interval of one class is that of a share, and wider where images come in groups", () => {
  const n = 200;
  const correct = Array.from({ length: n }, (_, i) => i < 60);
  const width = (group: (i: number) => string): number => {
    const images = correct.map((_, i) => image(0, group(i)));
    const [low, high] = new BalancedAccuracy(images).metric("a", correct, "clean").interval;
    return high - low;
  };
  const normal = 2 * 1.96 * Math.sqrt((0.3 * 0.7) / n);
  expect(width(String) / normal).toBeGreaterThan(0.88);
  expect(width(String) / normal).toBeLessThan(1.12);
  // Groups of ten that are right or wrong together are a tenth as many cases.
  expect(width((i) => String(Math.floor(i / 10))) / normal).toBeGreaterThan(Math.sqrt(10) * 0.85);
});

test("a success rate has Wilson's interval", () => {
  const metric = successMetric("attack-success-rate", [...Array(15).fill(true), ...Array(133).fill(false)]);
  expect(metric).toMatchObject({ value: 15 / 148, n: 148, axis: "unforeseen", better: "lower" });
  // Newcombe 1998, table I.
  expect(metric.interval[0]).toBeCloseTo(0.0624, 4);
  expect(metric.interval[1]).toBeCloseTo(0.1605, 4);
});
