import type { LabelLikelihood, State } from "lat-engine";
import { logSoftmaxLabel, tf } from "lat-tensorflow";

/**
 * log p of the labels under a language model's `logits`. `labels` (or the adversary's `targets`) and `weights` are
 * [example, position]: the token that follows each position, and 1 where it counts.
 */
export function tokenLikelihood({ logits }: State, batch: State, which: "labels" | "targets"): LabelLikelihood {
  return { logp: logSoftmaxLabel(logits!, batch[which]!), weights: batch.weights! };
}

/** log p of one label for each example, under a classifier's `logits`; `labels` (or `targets`) is [example]. */
export function classLikelihood({ logits }: State, batch: State, which: "labels" | "targets"): LabelLikelihood {
  const logp = tf.expandDims(logSoftmaxLabel(logits!, batch[which]!), 1);
  return { logp, weights: tf.onesLike(logp) };
}
