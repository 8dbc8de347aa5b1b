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
 * An axis that holds every mean, and of the intervals what reaches no farther out than half of the means' spread or one
 * typical (median) interval: intervals of usual width are whole, while a very wide one is cut at the frame and does not
 * squeeze the figure.
 */
export function metricScale(estimates: readonly Estimate[]): Scale {
  const { name } = estimates[0]!;
  const unit = isShare(name) ? 100 : 1;
  const values = estimates.map((estimate) => estimate.value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const widths = estimates.map(({ low, high }) => high - low).sort((a, b) => a - b);
  const reach = Math.max((most - least) / 2, widths[Math.floor(widths.length / 2)]!) || Math.abs(most) / 20 || 1;
  const low = Math.max(Math.min(...estimates.map((estimate) => estimate.low)), least - reach);
  const high = Math.min(Math.max(...estimates.map((estimate) => estimate.high)), most + reach);
  const margin = 0.07 * (high - low || reach);
  const domain = [unit * (low - margin), unit * (high + margin)] as const;
  return {
    title: metricHeading(name),
    domain,
    show: (value) => Math.min(domain[1], Math.max(domain[0], unit * value)),
    position: (shown) => (shown - domain[0]) / (domain[1] - domain[0]),
    at: (position) => domain[0] + position * (domain[1] - domain[0]),
  };
}
