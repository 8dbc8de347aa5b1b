import { tf } from "lat-tensorflow";
import type { Norm } from "./norm.ts";

export const linf: Norm = {
  norm: (x, { max }) => max(tf.abs(x)),
  project: (x, epsilon, _, box) => {
    const low = box ? tf.maximum(box.low, tf.neg(epsilon)) : tf.neg(epsilon);
    return tf.minimum(tf.maximum(x, low), box ? tf.minimum(box.high, epsilon) : epsilon);
  },
  // The normal distribution function makes an N(0, 1) uniform: 2Φ(z) − 1 = erf(z / √2).
  randomPoint: (normal) => tf.erf(tf.mul(normal, Math.SQRT1_2)),
  steepest: (g) => tf.sign(g),
};
