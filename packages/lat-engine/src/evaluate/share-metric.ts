import { LatError } from "lat-system";
import { wilsonInterval } from "./interval.ts";
import type { Metric } from "./metric.ts";

/**
 * The share of cases that hold, with Wilson's interval.
 *
 * @param holds for each case; at least one
 * @throws LatError where there is no case to take a share of
 */
export function shareMetric(
  name: string,
  holds: readonly boolean[],
  { axis, better }: Pick<Metric, "axis" | "better">,
): Metric {
  const [n, count] = [holds.length, holds.filter(Boolean).length];
  if (n === 0) throw new LatError(`${name}: there is no case to measure it on`);
  return { name, value: count / n, n, interval: wilsonInterval(count, n), axis, better };
}
