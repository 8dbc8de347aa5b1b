import { type Tensor, tf } from "lat-tensorflow";
import { bracket } from "./bracket.ts";
import { divideOrZero } from "./float32.ts";
import type { Box, Norm } from "./norm.ts";
import type { Region } from "./scope.ts";

/** √Σx², scaled by the largest |x| first, so that squares neither underflow nor overflow. */
function norm(x: Tensor, { max, sum }: Region): Tensor {
  const largest = max(tf.abs(x));
  return tf.mul(largest, tf.sqrt(sum(tf.square(divideOrZero(x, largest)))));
}

const clip = (x: Tensor, { low, high }: Box): Tensor => tf.minimum(tf.maximum(x, low), high);

/**
 * x / size · radius in the balls where `chosen`, and x itself elsewhere. The choice is made among one number for each ball,
 * since TensorFlow's own choice between whole activations takes several times as long.
 */
function rescaled(x: Tensor, chosen: Tensor, size: Tensor, radius: Tensor): Tensor {
  const orOne = (value: Tensor): Tensor => tf.where(chosen, tf.mul(tf.onesLike(size), value), tf.onesLike(size));
  return tf.mul(tf.div(x, orOne(size)), orOne(radius));
}

export const l2: Norm = {
  norm,
  // Along x as far as the ball allows; with a box, every coordinate only as far as the box does, and the others further.
  // That is the stationary point of ½‖δ − x‖² + λ½‖δ‖², which the box lets be clipped coordinate by coordinate.
  project: (x, epsilon, region, box) => {
    const size = norm(x, region);
    if (!box) return rescaled(x, tf.greater(size, epsilon), size, epsilon);
    const direction = divideOrZero(x, size);
    const at = (radius: Tensor): Tensor => clip(tf.mul(direction, radius), box);
    const fits = (radius: Tensor): Tensor => tf.lessEqual(region.sum(tf.square(tf.div(at(radius), epsilon))), 1);
    const [radius] = bracket(tf.mul(tf.onesLike(size), epsilon), tf.maximum(size, epsilon), fits);
    const outside = tf.greater(norm(clip(x, box), region), epsilon);
    return clip(rescaled(x, outside, size, radius), box);
  },
  // A Gaussian has no preferred direction, and the share of a ball within radius r is r^d.
  randomPoint: (normal, uniform, region) =>
    tf.mul(
      divideOrZero(normal, norm(normal, region)),
      tf.pow(uniform, tf.div(1, tf.maximum(region.dimensions(normal), 1))),
    ),
  steepest: (g, region) => divideOrZero(g, norm(g, region)),
};
