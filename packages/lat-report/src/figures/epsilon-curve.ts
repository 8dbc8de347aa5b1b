import type { Estimate } from "../statistics/combine.ts";
import type { Setting } from "../statistics/settings.ts";
import { configuration } from "./configuration.ts";
import { axis, byKind, point, rowColor, rows, segment, span } from "./encoding.ts";
import type { Figure } from "./render.ts";
import { metricScale } from "./scale.ts";
import type { Style } from "./theme.ts";

export interface EpsilonCurveData {
  readonly settings: readonly { readonly setting: Setting; readonly estimate: Estimate }[];
  /** The network before any defence. */
  readonly implanted: Estimate | undefined;
}

/** Whether there is a curve to draw: a perturbing setting with a relative ε. */
export function hasCurve({ settings }: EpsilonCurveData): boolean {
  return settings.some(({ setting }) => setting.relativeEpsilon !== null);
}

/**
 * One metric against ε relative to the size of what it perturbs (logarithmic), a line for each method and site, bars for
 * the intervals. Fine-tuning and the network before defence have no ε: horizontal lines, fine-tuning with its interval.
 * Always a panel: the heading above it names the metric.
 */
export function epsilonCurve(data: EpsilonCurveData, style: Style, width: number, height: number): Figure {
  const estimates = [...data.settings.map(({ estimate }) => estimate), ...(data.implanted ? [data.implanted] : [])];
  const y = metricScale(estimates);
  const perturbed = data.settings.flatMap(({ setting, estimate }) => {
    const { method: kind, site, relativeEpsilon: x } = setting;
    if (x === null) return [];
    const place = { kind, x, x2: x, series: `${kind} ${site}` };
    return [{ ...place, y: y.show(estimate.value), low: y.show(estimate.low), high: y.show(estimate.high) }];
  });
  const bars = perturbed.map(({ low, high, ...row }) => ({ ...row, y: low, y2: high }));
  const [least, most] = [Math.min(...perturbed.map(({ x }) => x)), Math.max(...perturbed.map(({ x }) => x))];
  const ends = { x: least / 1.3, x2: most * 1.3 };
  const unperturbed = data.settings
    .filter(({ setting }) => setting.relativeEpsilon === null && setting.method === "ft")
    .map(({ estimate }) => ({ kind: "ft" as const, ...ends, estimate }));
  const levels = [
    ...unperturbed,
    ...(data.implanted ? [{ kind: "implanted" as const, ...ends, estimate: data.implanted }] : []),
  ].map(({ estimate, ...row }) => ({ ...row, y: y.show(estimate.value), y2: y.show(estimate.value) }));
  const bands = unperturbed.map(({ estimate, ...row }) => ({
    ...row,
    y: y.show(estimate.low),
    y2: y.show(estimate.high),
  }));
  return {
    config: configuration(style),
    width,
    height,
    encoding: {
      x: {
        type: "quantitative",
        title: "ε relative to the activation’s norm",
        scale: { type: "log", domain: [ends.x, ends.x2], nice: false },
        axis: { ...logTicks(ends.x, ends.x2), format: "~g" },
      },
      y: span(null, y.domain, height),
    },
    layer: [
      { ...rows(bands, style), mark: { type: "rect", opacity: 0.1 }, encoding: { ...segment, color: rowColor } },
      {
        ...rows(levels, style),
        mark: { type: "rule", strokeWidth: 1.5, strokeDash: [2, 3] },
        encoding: { ...segment, color: rowColor },
      },
      {
        ...rows(perturbed, style),
        mark: { type: "line", strokeWidth: 1.5 },
        encoding: { ...point, color: rowColor, order: axis("x"), detail: { field: "series" } },
      },
      { ...rows(bars, style), mark: { type: "rule", strokeWidth: 1.2 }, encoding: { ...segment, color: rowColor } },
      {
        ...rows(perturbed, style),
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: { ...point, ...byKind(perturbed, style) },
      },
    ],
  };
}

/** Powers of ten inside the bounds, with twice and five times each where few fit; Vega’s choice where none do. */
function logTicks(low: number, high: number): { values: number[] } | { tickCount: number } {
  const decades = Array.from({ length: 25 }, (_, index) => 10 ** (index - 12));
  const inside = (ticks: number[]) => ticks.filter((tick) => tick >= low && tick <= high);
  const fine = inside(decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]));
  if (fine.length < 2) return { tickCount: 3 };
  return { values: fine.length <= 7 ? fine : inside(decades) };
}
