import { type Tensor, tf } from "lat-tensorflow";
import type { Norm } from "./ball.ts";

export const linf: Norm = {
  norm: (x, { max }) => max(tf.abs(x)),
  project: (x, epsilon) => tf.minimum(tf.maximum(x, tf.neg(epsilon)), epsilon),
  // The normal distribution function makes an N(0, 1) uniform: 2Φ(z) − 1 = erf(z / √2).
  randomPoint: (normal: Tensor) => tf.erf(tf.mul(normal, Math.SQRT1_2)),
  steepest: (g) => tf.sign(g),
};
