import { groupBy, LatError } from "lat-system";
import { hostRandom } from "lat-tensorflow";

/** Resamples of a bootstrap interval. */
const RESAMPLES = 1000;
/** The 97.5 % quantile of N(0, 1). */
const Z = 1.959963984540054;

/**
 * 95 % percentile-bootstrap interval of a mean.
 *
 * @param values one for each case
 * @param groups cases of one group (a prompt, a trojan) are drawn together; absent: each case by itself
 * @param stream names the draws, so that another metric's interval does not share them: the metric's name
 * @throws LatError naming a case whose value is not finite; where there is no case
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  stream: string,
  groups?: ArrayLike<number | string>,
): [number, number] {
  if (groups && groups.length !== values.length)
    throw new RangeError(`${stream}: ${groups.length} groups for ${values.length} values`);
  const spoiled = Array.from(values).findIndex((value) => !Number.isFinite(value));
  if (spoiled !== -1) {
    throw new LatError(
      `${stream}: case ${spoiled} of ${values.length} is ${values[spoiled]}, which no mean can be taken of. The network's outputs overflow or are NaN.`,
    );
  }
  const members = new Map<number | string, { sum: number; count: number }>();
  for (let i = 0; i < values.length; i++) {
    const key = groups ? groups[i]! : i;
    const group = members.get(key) ?? { sum: 0, count: 0 };
    members.set(key, { sum: group.sum + values[i]!, count: group.count + 1 });
  }
  const units = [...members.values()];
  return percentiles(units.length, stream, (draws) => {
    let [sum, count] = [0, 0];
    for (const drawn of draws) {
      sum += units[drawn]!.sum;
      count += units[drawn]!.count;
    }
    return sum / count;
  });
}

/**
 * 95 % percentile-bootstrap interval of any statistic of cases (AUROC, F1).
 *
 * @param statistic of the cases with these indices, which may come several times; NaN where it is not defined on them
 *   (no positive case was drawn): such resamples do not count
 * @param groups the group of each case: its cases are drawn together
 * @throws LatError where there is no case, and where the statistic is defined on no resample
 */
export function bootstrapStatistic(
  statistic: (cases: readonly number[]) => number,
  stream: string,
  groups: ArrayLike<number | string>,
): [number, number] {
  const members = groupBy(
    Array.from({ length: groups.length }, (_, i) => i),
    (i) => groups[i]!,
  );
  const units = [...members.values()];
  return percentiles(units.length, stream, (draws) => statistic([...draws].flatMap((drawn) => units[drawn]!)));
}

function percentiles(units: number, stream: string, statistic: (draws: Int32Array) => number): [number, number] {
  if (units === 0) throw new LatError(`${stream}: there is no case to measure it on`);
  const values = Float64Array.from({ length: RESAMPLES }, (_, resample) =>
    statistic(hostRandom(0, `bootstrap ${stream}`, resample).integers(units, units)),
  );
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) {
    throw new LatError(`${stream}: it is not defined on these cases, nor on any resample of them; is a class missing?`);
  }
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** Linear interpolation between order statistics. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/**
 * 95 % score interval of a share. Source: Wilson, JASA 22 (1927).
 *
 * @param successes a whole number, at most n
 * @param n at least 1
 */
export function wilsonInterval(successes: number, n: number): [number, number] {
  if (!(n >= 1 && successes >= 0 && successes <= n && Number.isInteger(successes) && Number.isInteger(n)))
    throw new RangeError(`wilsonInterval: received ${successes} of ${n} cases`);
  const share = successes / n;
  const centre = share + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  const [low, high] = [(centre - half) / scale, (centre + half) / scale];
  // Where every case or none succeeds, the bound is the share itself, which rounding misses by an ulp.
  return [successes === 0 ? 0 : low, successes === n ? 1 : high];
}
