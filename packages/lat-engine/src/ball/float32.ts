import { type Tensor, tf } from "lat-tensorflow";

/** 2⁻¹²⁶, the smallest positive number of float32 that TensorFlow's kernels do not flush to zero. */
export const SMALLEST = 2 ** -126;

/** x / y for y ≥ 0, and 0 where y is 0. */
export function divideOrZero(x: Tensor, y: Tensor): Tensor {
  const zero = tf.cast(tf.less(y, SMALLEST), "float32");
  return tf.mul(tf.div(x, tf.add(y, zero)), tf.sub(1, zero));
}
