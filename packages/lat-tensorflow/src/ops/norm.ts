import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { columnSum, lastMean } from "./reduce.ts";
import { withGradient } from "./with-gradient.ts";

/**
 * Root-mean-square norm over the last axis: `x / √(mean x² + epsilon) · weight`.
 *
 * @param x [..., width]
 * @param weight [width]
 */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true);
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, epsilon))), weight);
}

/**
 * Layer norm over the last axis: `(x − mean) / √(variance + epsilon) · weight + bias`.
 *
 * The gradient by hand takes two sums over each row. It ends in a division, which XLA computes once and writes to memory.
 * A product it would compute anew wherever it is read, and so the gradient of a residual stream, which runs from one
 * norm to the next, in every layer from the last one on.
 *
 * @param x [..., width]
 * @param weight [width]
 * @param bias [width]
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return withGradient(
    [x, weight, bias],
    (rows, scale, shift) => {
      const centred = tf.sub(rows, lastMean(rows));
      const deviation = tf.sqrt(tf.add(lastMean(tf.square(centred)), epsilon));
      const standard = tf.div(centred, deviation);
      return { value: tf.add(tf.mul(standard, scale), shift), saved: [standard, deviation, scale] as const };
    },
    (gradient, [standard, deviation, scale]) => {
      const inner = tf.mul(gradient, scale);
      const along = tf.mul(standard, lastMean(tf.mul(inner, standard)));
      return [
        tf.div(tf.sub(tf.sub(inner, lastMean(inner)), along), deviation),
        columnSum(tf.mul(gradient, standard)),
        columnSum(gradient),
      ];
    },
  );
}
