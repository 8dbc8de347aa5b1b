import { addBias, type Tensor, tf } from "lat-tensorflow";

/** `y = x · wᵀ + bias` on the last axis; `weight` is [out, in], as checkpoints store it, and `bias` [out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [out, width] = weight.shape as [number, number];
  const rows = tf.matMul(tf.reshape(x, [-1, width]), weight, false, true);
  return tf.reshape(bias ? addBias(rows, bias) : rows, [...x.shape.slice(0, -1), out]);
}
