import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

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
 * @param x [..., width]
 * @param weight [width]
 * @param bias [width]
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return tf.add(rmsNorm(tf.sub(x, tf.mean(x, -1, true)), weight, epsilon), bias);
}
