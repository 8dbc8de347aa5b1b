import { type Tensor, tf } from "lat-tensorflow";

/** 2⁻¹²⁶, the smallest positive number of float32 that TensorFlow's kernels do not flush to zero. */
export const SMALLEST = 2 ** -126;

/** The largest number of float32. */
const LARGEST = 2 ** 127 * (2 - 2 ** -23);

/** x / y for y ≥ 0 that bounds |x|; 0 where y is 0. One pass over x, since y has one number for each ball. */
export function divideOrZero(x: Tensor, y: Tensor): Tensor {
  return tf.div(x, tf.where(tf.less(y, SMALLEST), tf.mul(tf.onesLike(y), LARGEST), y));
}
