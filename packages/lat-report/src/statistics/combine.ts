import type { Metric } from "lat-engine/records";
import { range } from "./metric-name.ts";
import { normalQuantile, studentQuantile } from "./student.ts";

/** A metric of one setting, over its seeds. */
export interface Estimate {
  readonly name: string;
  readonly axis: Metric["axis"];
  readonly better: Metric["better"];
  /** Mean over seeds. */
  readonly value: number;
  /** 95 % interval of the mean. */
  readonly low: number;
  readonly high: number;
  /** Cases behind each seed's value. */
  readonly cases: readonly number[];
  /** Each seed's own value. */
  readonly values: readonly number[];
}

/** How `combine` makes an interval, in the report's words. */
export const combineMethod =
  "Each run’s interval covers the choice of evaluation cases; runs of a setting share those cases, so averaging over " +
  "seeds does not shrink that part. The squared standard error of a mean over k seeds is therefore the mean of the " +
  "runs’ squared standard errors (interval half-width / 1.96, upper and lower side apart) plus S² / k, S² being the " +
  "variance of the values between seeds. The 95 % interval is the mean ± t times the standard error, t being Student’s " +
  "quantile at the Welch–Satterthwaite degrees of freedom: 1.96 where seeds agree, up to 12.7 where two seeds differ " +
  "much. Shares are cut at 0 and 100 %. With one seed the interval is the run’s own and says nothing about other seeds.";

/**
 * Combines one metric's values over the seeds of a setting; see `combineMethod`.
 *
 * Seeds and evaluation cases are crossed random effects: Var(mean) = σ²_cases / n + σ²_seeds / k + σ²_both / (kn). The
 * within-run variance estimates (σ²_cases + σ²_both) / n and S² / k the rest, so that the sum errs to the wide side.
 */
export function combine(metrics: readonly Metric[]): Estimate {
  const [first] = metrics;
  if (!first) throw new RangeError("combine: got no metrics, expected one for each seed");
  const { name, axis, better } = first;
  const values = metrics.map((metric) => metric.value);
  const shared = { name, axis, better, values, cases: metrics.map((metric) => metric.n) };
  if (metrics.length === 1) return { ...shared, value: first.value, low: first.interval[0], high: first.interval[1] };
  const value = mean(values);
  const between = mean(values.map((one) => (one - value) ** 2)) / (values.length - 1);
  const half = (widths: number[]) => {
    const variance = mean(widths.map((width) => (width / normalQuantile) ** 2)) + between;
    const degrees = (values.length - 1) * (variance / between) ** 2;
    return between === 0 ? normalQuantile * Math.sqrt(variance) : studentQuantile(degrees) * Math.sqrt(variance);
  };
  const [least, most] = range(name);
  const low = Math.max(least, value - half(metrics.map((metric) => metric.value - metric.interval[0])));
  const high = Math.min(most, value + half(metrics.map((metric) => metric.interval[1] - metric.value)));
  return { ...shared, value, low, high };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
