import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { gatherAlong, inRange } from "./gather.ts";
import { lastMax, lastSum } from "./reduce.ts";
import { withGradient } from "./with-gradient.ts";

/**
 * Log-probability of a label under softmax: `logits[..., label] − log Σ exp logits`. Its negative is the cross-entropy
 * of each position; masks and means are the caller's.
 *
 * A confident label's is as exact as any other. With m the largest logit and R = Σ exp(x − m) over all classes but the
 * label, it is (x_label − m) − log1p(R + expm1(x_label − m)), where nothing small is added to 1; and the gradient at
 * the label, 1 − p, is R / Σ exp(x − m). In log Σ exp and in softmax − onehot both are lost once 1 − p is below 6e-8.
 *
 * The gradient by hand keeps, of the size of the vocabulary, the logits alone, and XLA makes it in one pass.
 *
 * @param logits [..., classes]
 * @param labels int32, [...], each in [0, classes); out of range it is as in `gather`
 * @returns [...]
 */
export function logSoftmaxLabel(logits: Tensor, labels: Tensor): Tensor {
  const classes = logits.shape.at(-1) as number;
  const index = tf.reshape(labels, [-1, 1]);
  const logProbabilities = withGradient(
    [tf.reshape(logits, [-1, classes])],
    (x) => {
      const largest = lastMax(x);
      const below = tf.sub(gatherAlong(x, index, 1), largest);
      const weights = tf.exp(tf.sub(x, largest));
      const others = lastSum(tf.where(isLabel(index, classes), tf.zerosLike(weights), weights));
      const rest = tf.add(others, tf.expm1(below));
      const value = tf.div(tf.sub(below, tf.log1p(rest)), inRange(index, classes));
      return { value, saved: [x, largest, others, rest, index] as const };
    },
    (gradient, [x, largest, others, rest, label]) => {
      const weights = tf.exp(tf.sub(x, largest));
      const scale = tf.div(gradient, tf.add(rest, 1));
      return [tf.mul(scale, tf.where(isLabel(label, classes), others, tf.neg(weights)))];
    },
  );
  return tf.reshape(logProbabilities, labels.shape);
}

/** Where each row's label is: bool, [rows, classes]. */
function isLabel(index: Tensor, classes: number): Tensor {
  return tf.equal(tf.reshape(tf.range(0, classes, 1, "int32"), [1, classes]), index);
}
