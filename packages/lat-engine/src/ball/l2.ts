import { type Tensor, tf } from "lat-tensorflow";
import { divideOrZero, type Norm } from "./ball.ts";
import type { Region } from "./scope.ts";

/** √Σx², scaled by the largest |x| first, so that the squares of small gradients do not underflow to zero. */
function norm(x: Tensor, { max, sum }: Region): Tensor {
  const largest = max(tf.abs(x));
  return tf.mul(largest, tf.sqrt(sum(tf.square(divideOrZero(x, largest)))));
}

export const l2: Norm = {
  norm,
  project: (x, epsilon, region) => {
    const size = norm(x, region);
    return tf.mul(x, tf.where(tf.greater(size, epsilon), tf.div(epsilon, tf.maximum(size, 1e-38)), tf.onesLike(size)));
  },
  // A Gaussian has no preferred direction, and the share of a ball within radius r is r^d.
  randomPoint: (normal, uniform, region) =>
    tf.mul(
      divideOrZero(normal, norm(normal, region)),
      tf.pow(uniform, tf.div(1, tf.maximum(region.dimensions(normal), 1))),
    ),
  steepest: (g, region) => divideOrZero(g, norm(g, region)),
};
