import { type Tensor, tf } from "lat-tensorflow";

/** Halvings of the ratio high / low, then of the difference: from 1e80 to a few units in the last place of float32. */
const [OF_RATIO, OF_DIFFERENCE] = [8, 24];

/**
 * Narrows 0 < low ≤ root ≤ high by bisection, for each ball by itself.
 *
 * @param isAbove whether the root is above t
 */
export function bracket(low: Tensor, high: Tensor, isAbove: (t: Tensor) => Tensor): [low: Tensor, high: Tensor] {
  for (let i = 0; i < OF_RATIO + OF_DIFFERENCE; i++) {
    const middle = i < OF_RATIO ? tf.mul(tf.sqrt(low), tf.sqrt(high)) : tf.add(low, tf.mul(tf.sub(high, low), 0.5));
    const above = isAbove(middle);
    [low, high] = [tf.where(above, middle, low), tf.where(above, high, middle)];
  }
  return [low, high];
}
