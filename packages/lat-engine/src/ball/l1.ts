import { type Tensor, tf } from "lat-tensorflow";
import { divideOrZero, type Norm } from "./ball.ts";

export const l1: Norm = {
  norm: (x, { sum }) => sum(tf.abs(x)),

  // Soft thresholding by the θ at which Σ max(|x| − θ, 0) = ε. Source: Duchi, Shalev-Shwartz, Singer, Chandra,
  // "Efficient Projections onto the ℓ1-Ball for Learning in High Dimensions" (ICML 2008), figure 1.
  project: (x, epsilon, region) => {
    const sizes = region.flat(tf.abs(x));
    const n = sizes.shape[1]!;
    const { values: descending } = tf.topk(sizes, n);
    const excess = tf.sub(tf.cumsum(descending, 1), epsilon);
    const counts = tf.range(1, n + 1);
    const active = tf.cast(tf.greater(tf.mul(descending, counts), excess), "float32");
    const count = tf.sum(active, 1, true);
    const excessThere = tf.sum(tf.mul(excess, tf.cast(tf.equal(counts, count), "float32")), 1, true);
    const threshold = tf.maximum(tf.div(excessThere, tf.maximum(count, 1)), 0);
    const left = tf.maximum(tf.sub(sizes, threshold), 0);
    // Where ε is small beside |x| the subtraction cancels and the sum misses ε by a few ulps of |x|: bring it inside.
    const inside = tf.mul(left, tf.minimum(1, tf.div(epsilon, tf.maximum(tf.sum(left, 1, true), 1e-38))));
    return tf.mul(tf.sign(x), tf.reshape(inside, x.shape));
  },

  // d exponential draws over the sum of d + 1 are uniform in the simplex; random signs make it the ball.
  randomPoint: (normal, uniform, region) => {
    const exponential = tf.neg(tf.log(tf.maximum(tf.sub(1, tf.erf(tf.mul(tf.abs(normal), Math.SQRT1_2))), 1e-38)));
    const slack = tf.neg(tf.log(tf.maximum(uniform, 1e-38)));
    const real = tf.mul(exponential, region.masked(tf.onesLike(normal)));
    return tf.mul(tf.sign(normal), tf.div(real, tf.add(region.sum(real), slack)));
  },

  // All of the step goes to the coordinates of the largest |g|; ties share it.
  steepest: (g: Tensor, region) => {
    const size = tf.abs(g);
    const largest = region.max(size);
    const chosen = tf.mul(tf.cast(tf.equal(size, largest), "float32"), tf.sign(g));
    return divideOrZero(chosen, region.sum(tf.abs(chosen)));
  },
};
