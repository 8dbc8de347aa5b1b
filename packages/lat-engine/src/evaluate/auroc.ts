/**
 * Area under the receiver operating characteristic: the probability that a positive case scores higher than a negative
 * one, ties counting half. NaN where there are none of one kind.
 *
 * Computed from ranks (Mann–Whitney U).
 */
export function auroc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
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
