import { expect, test } from "vitest";
import type { Estimate } from "../statistics/combine.ts";
import type { Setting } from "../statistics/settings.ts";
import { type ScatterData, scatterRows } from "./scatter-rows.ts";

function estimate(value: number, axis: Estimate["axis"], better: Estimate["better"], width = 0.1): Estimate {
  return {
    name: `loss/${axis}`,
    axis,
    better,
    value,
    low: value - width,
    high: value + width,
    cases: [9],
    values: [value],
  };
}

function data(better: Estimate["better"], ...points: [clean: number, unforeseen: number][]): ScatterData {
  const settings = points.map(([clean, unforeseen], index) => ({
    setting: { method: "lat", epsilon: index, site: "a" } as Setting,
    clean: estimate(clean, "clean", "lower"),
    unforeseen: estimate(unforeseen, "unforeseen", better),
  }));
  return { settings, implanted: undefined };
}

test("the front steps over the corners that its neighbours both dominate, from frame to frame", () => {
  const { front, x, y } = scatterRows(data("lower", [1, 5], [2, 3], [3, 4], [4, 1]), 100, 100);
  expect(front.map((point) => [point.x, point.y])).toEqual([
    [1, y.domain[1]],
    [1, 5],
    [2, 5],
    [2, 3],
    [4, 3],
    [4, 1],
    [x.domain[1], 1],
  ]);
});

test("it follows the direction in which an axis improves", () => {
  const { front, y } = scatterRows(data("higher", [1, 2], [2, 3], [3, 1]), 100, 100);
  expect(front.slice(0, 4).map((point) => [point.x, point.y])).toEqual([
    [1, y.domain[0]],
    [1, 2],
    [2, 2],
    [2, 3],
  ]);
});

test("intervals of usual width are whole, however close the means", () => {
  const { x, bars } = scatterRows(data("lower", [1, 5], [1.001, 5.001]), 100, 100);
  expect(x.domain[0]).toBeLessThan(0.9);
  expect([bars[0]!.x, bars[0]!.x2]).toEqual([0.9, 1.1]);
});

test("one very wide interval is cut and does not squeeze the figure", () => {
  const wide = data("lower", [1, 5], [2, 3], [3, 2]);
  const stretched = { ...wide.settings[0]!, clean: estimate(1, "clean", "lower", 50) };
  const { x, bars } = scatterRows({ ...wide, settings: [stretched, ...wide.settings.slice(1)] }, 100, 100);
  expect(x.domain[0]).toBeGreaterThan(-1);
  expect(x.domain[1]).toBeLessThan(5);
  expect(bars[0]!.x).toBe(x.domain[0]);
});

test("equal figures without uncertainty still have an axis", () => {
  const same = { clean: estimate(2, "clean", "lower", 0), unforeseen: estimate(0, "unforeseen", "lower", 0) };
  const { x, y } = scatterRows({ settings: [], implanted: same }, 100, 100);
  for (const { domain } of [x, y]) expect(domain[1]).toBeGreaterThan(domain[0]);
});
