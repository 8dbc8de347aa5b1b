import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { gatherAlong } from "./gather.ts";
import { withGradient } from "./with-gradient.ts";

/**
 * Log-probability of a label under softmax: `logits[..., label] − log Σ exp logits`. Its negative is the cross-entropy
 * of each position; masks and means are the caller's.
 *
 * The gradient is written by hand (onehot − softmax, times the incoming one): of the size of the vocabulary it keeps the
 * logits alone, and XLA makes it in one pass.
 *
 * @param logits [..., classes]
 * @param labels int32, [...], each in [0, classes)
 * @returns [...]
 */
export function logSoftmaxLabel(logits: Tensor, labels: Tensor): Tensor {
  const classes = logits.shape.at(-1) as number;
  const logProbabilities = withGradient(
    [tf.reshape(logits, [-1, classes])],
    (x) => {
      const index = tf.reshape(labels, [-1]) as Tensor1D;
      const largest = tf.max(x, 1, true);
      const logSum = tf.add(tf.log(tf.sum(tf.exp(tf.sub(x, largest)), 1, true)), largest);
      return { value: tf.sub(gatherAlong(x, index, 1), tf.squeeze(logSum, [1])), saved: [x, logSum, index] as const };
    },
    (gradient, [x, logSum, index]) => {
      const softmax = tf.exp(tf.sub(x, logSum));
      return [tf.mul(tf.expandDims(gradient, 1), tf.sub(tf.oneHot(index, classes), softmax))];
    },
  );
  return tf.reshape(logProbabilities, labels.shape);
}
