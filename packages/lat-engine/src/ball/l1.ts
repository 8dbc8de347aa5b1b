import { type Tensor, tf } from "lat-tensorflow";
import { bracket } from "./bracket.ts";
import { divideOrZero, SMALLEST } from "./float32.ts";
import type { Box, Norm } from "./norm.ts";
import type { Region } from "./scope.ts";

/** How far each coordinate may move in the direction of x. */
const roomAlong = (x: Tensor, { low, high }: Box): Tensor => tf.where(tf.greater(x, 0), high, tf.neg(low));

/** The point between two, of coordinates ≥ 0 of which `more` has the larger, whose sum is as asked. */
function mixed(more: Tensor, less: Tensor, sum: Tensor, region: Region): Tensor {
  const [most, least] = [region.sum(more), region.sum(less)];
  const share = divideOrZero(tf.relu(tf.sub(sum, least)), tf.relu(tf.sub(most, least)));
  return tf.add(less, tf.mul(tf.sub(more, less), tf.minimum(share, 1)));
}

/** Of ε, or of the largest gradient: what is below this changes no sum that float32 could tell from it. */
const NEGLIGIBLE = 2 ** -40;

export const l1: Norm = {
  norm: (x, { sum }) => sum(tf.abs(x)),

  // Soft thresholding by the θ ≥ 0 at which Σ clip(max(|x| − θ, 0)) = ε: the stationary point of
  // ½‖δ − x‖² + θ‖δ‖₁, which the box lets be clipped coordinate by coordinate.
  project: (x, epsilon, region, box) => {
    const sizes = tf.abs(x);
    const largest = box ? tf.minimum(roomAlong(x, box), epsilon) : epsilon;
    const thresholded = (threshold: Tensor | number): Tensor => tf.minimum(tf.relu(tf.sub(sizes, threshold)), largest);
    const clipped = thresholded(0);
    const lowest = tf.maximum(tf.mul(epsilon, NEGLIGIBLE), SMALLEST);
    const [low, high] = bracket(lowest, region.max(sizes), (threshold) =>
      tf.greater(region.sum(thresholded(threshold)), epsilon),
    );
    // Where |x| ≫ ε neighbouring thresholds are further apart than ε; between them every coordinate is linear.
    const reduced = mixed(thresholded(low), thresholded(high), epsilon, region);
    return tf.mul(tf.sign(x), tf.where(tf.greater(region.sum(clipped), epsilon), reduced, clipped));
  },

  // d exponential draws over the sum of d + 1 are uniform in the simplex; random signs make it the ball.
  randomPoint: (normal, uniform, region) => {
    const exponential = tf.mul(
      negativeLogErfc(tf.mul(tf.abs(normal), Math.SQRT1_2)),
      region.masked(tf.onesLike(normal)),
    );
    const slack = tf.neg(tf.log(tf.maximum(uniform, SMALLEST)));
    return tf.mul(tf.sign(normal), tf.div(exponential, tf.add(region.sum(exponential), slack)));
  },

  // Equal shares for the coordinates of the largest |g| that may move, ties included. The direction of the most gain for
  // a step without end is one coordinate, which a box stops after a few steps; spread over more, the projection keeps
  // those that gained. Source: Croce, Hein, "Mind the box: l1-APGD" (ICML 2021), section 4.
  steepest: (g, region, { share, room } = { share: 0 }) => {
    const sizes = tf.abs(g);
    const free = room ? tf.cast(tf.greater(roomAlong(g, room), 0), "float32") : tf.onesLike(g);
    const able = tf.mul(sizes, free);
    const relative = divideOrZero(able, region.max(able));
    const wanted = tf.maximum(1, tf.ceil(tf.mul(region.dimensions(g), share)));
    const above = (level: Tensor): Tensor => tf.cast(tf.greater(relative, level), "float32");
    const highest = tf.onesLike(wanted);
    const [low, high] = bracket(tf.mul(highest, NEGLIGIBLE), highest, (level) =>
      tf.greater(region.sum(above(level)), wanted),
    );
    const chosen = mixed(above(low), above(high), wanted, region);
    return tf.mul(tf.sign(g), divideOrZero(chosen, region.sum(chosen)));
  },
};

/** Source: Press et al., "Numerical Recipes in C" (1992), section 6.2, `erfcc`. */
const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/**
 * −log(1 − erf x) for x ≥ 0, which makes an exponential draw of the size of a normal one. Where erf x is near 1 in
 * float32, a fit of the logarithm (relative error of erfc: 1.2e-7) keeps the tail.
 */
function negativeLogErfc(x: Tensor): Tensor {
  const t = tf.div(1, tf.add(1, tf.mul(x, 0.5)));
  const polynomial = ERFC.reduceRight<Tensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, t), coefficient),
    tf.zerosLike(t),
  );
  const tail = tf.sub(tf.sub(tf.square(x), polynomial), tf.log(t));
  const bulk = tf.neg(tf.log1p(tf.neg(tf.erf(tf.minimum(x, 1)))));
  return tf.where(tf.less(x, 1), bulk, tail);
}
