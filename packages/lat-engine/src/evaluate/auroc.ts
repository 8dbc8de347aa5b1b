import { LatError } from "lat-system";

/**
 * Area under the receiver operating characteristic: the probability that a positive case scores higher than a negative
 * one, ties counting half. NaN where there are none of one kind.
 *
 * Computed from ranks (Mann–Whitney U).
 *
 * @param positive as long as the scores
 * @throws LatError naming a case whose score is NaN, which has no place in an order
 */
export function auroc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  if (positive.length !== scores.length)
    throw new RangeError(`auroc: ${positive.length} labels for ${scores.length} scores`);
  const order = Array.from({ length: scores.length }, (_, i) => i);
  const unordered = order.find((i) => Number.isNaN(scores[i]));
  if (unordered !== undefined) {
    throw new LatError(
      `AUROC: the score of case ${unordered} of ${scores.length} is NaN. The network's outputs overflow.`,
    );
  }
  // Not by the difference, which is NaN for two equal infinities.
  order.sort((a, b) => Number(scores[a]! > scores[b]!) - Number(scores[a]! < scores[b]!));
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tied = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      tied += Number(positive[order[end]!]);
    // Ranks start + 1 … end; the tied share their mean.
    rankSum += (tied * (start + 1 + end)) / 2;
    positives += tied;
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
