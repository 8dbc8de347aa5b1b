import type { LabelLikelihood, State } from "lat-engine";
import { logSoftmaxLabel } from "lat-tensorflow";

/**
 * log p of the labels under a language model's `logits`. `labels` (or the adversary's `targets`) and `weights` are
 * [example, position]: the token that follows each position, and 1 where it counts.
 */
export function tokenLikelihood({ logits }: State, batch: State, which: "labels" | "targets"): LabelLikelihood {
  return { logp: logSoftmaxLabel(logits!, batch[which]!), weights: batch.weights! };
}
