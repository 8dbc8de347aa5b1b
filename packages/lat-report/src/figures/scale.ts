import type { Estimate } from "../statistics/combine.ts";
import { isShare, metricHeading } from "../statistics/metric-name.ts";

/** A linear axis of a figure: which values it spans, in the unit that it shows. */
export interface Scale {
  /** `Attack success rate, %`. */
  readonly title: string;
  readonly domain: readonly [number, number];
  /** A metric's value in the axis' unit, cut to the axis. */
  show(value: number): number;
  /** Position of a shown value along the axis, 0 … 1. */
  position(shown: number): number;
  /** The shown value at a position. */
  at(position: number): number;
}

/**
 * An axis that holds every mean. Intervals widen it by at most half of the means' own spread on either side, so that
 * one very wide interval does not squeeze the figure; a longer bar is cut at the frame.
 */
export function metricScale(estimates: readonly Estimate[]): Scale {
  const { name } = estimates[0]!;
  const unit = isShare(name) ? 100 : 1;
  const values = estimates.map((estimate) => estimate.value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const spread = most - least || Math.max(...estimates.map(({ low, high }) => high - low)) || Math.abs(most) / 10 || 1;
  const low = Math.max(Math.min(...estimates.map((estimate) => estimate.low)), least - spread / 2);
  const high = Math.min(Math.max(...estimates.map((estimate) => estimate.high)), most + spread / 2);
  const margin = 0.07 * (high - low || spread);
  const domain = [unit * (low - margin), unit * (high + margin)] as const;
  return {
    title: metricHeading(name),
    domain,
    show: (value) => Math.min(domain[1], Math.max(domain[0], unit * value)),
    position: (shown) => (shown - domain[0]) / (domain[1] - domain[0]),
    at: (position) => domain[0] + position * (domain[1] - domain[0]),
  };
}
