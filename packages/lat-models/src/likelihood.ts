import type { AttackConfig, LabelLikelihood, State } from "lat-engine";
import { UsageError } from "lat-system";
import { logSoftmaxLabel, type Tensor, tf } from "lat-tensorflow";

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

/** The largest number of float32, and the largest below 1. */
const [LARGEST, BELOW_ONE] = [(2 - 2 ** -23) * 2 ** 127, 1 - 2 ** -24];

/**
 * The classes that a targeted attack aims at, never an example's own: `random`, each of the others as likely; `least-likely`
 * by the `logits`; or the one of a number, with the least likely for examples of that class.
 *
 * @throws UsageError where there is no class of that number
 */
export function classTargets(
  choice: AttackConfig["targets"],
  { logits }: State,
  { labels }: State,
  uniform: Tensor,
): Tensor {
  const classes = logits!.shape.at(-1)!;
  if (choice === "random") {
    const further = tf.floor(tf.mul(tf.minimum(uniform, BELOW_ONE), classes - 1));
    return tf.cast(tf.mod(tf.add(tf.add(tf.cast(labels!, "float32"), 1), further), classes), "int32");
  }
  const own = tf.cast(tf.oneHot(tf.cast(labels!, "int32") as never, classes), "bool");
  const leastLikely = tf.cast(tf.argMin(tf.where(own, tf.fill(logits!.shape, LARGEST), logits!), -1), "int32");
  if (choice === "least-likely") return leastLikely;
  if (choice >= classes)
    throw new UsageError(`attack.targets: received ${choice}, expected a class from 0 to ${classes - 1}`);
  return tf.where(tf.equal(labels!, choice), leastLikely, tf.fill(labels!.shape, choice, "int32"));
}
