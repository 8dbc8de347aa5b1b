import type { Tensor } from "@tensorflow/tfjs-core";
import { kernel } from "../kernel.ts";
import { tf } from "../load.ts";
import { withGradient } from "./with-gradient.ts";

/** `max(x, 0)`. As `tf.relu`, whose gradient takes several passes over memory where nothing fuses them. */
export function relu(x: Tensor): Tensor {
  const type = { T: { dtype: x.dtype } };
  return withGradient(
    [x],
    (y) => {
      const value = kernel("Relu", [y], type);
      return { value, saved: [value] as const };
    },
    (gradient, [value]) => [kernel("ReluGrad", [gradient, value], type)],
  );
}

/** `x · σ(x)`, also called swish. */
export function silu(x: Tensor): Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

/** The gated activation of Llama's MLP: `silu(gate) · up`. */
export function swiGlu(gate: Tensor, up: Tensor): Tensor {
  return tf.mul(silu(gate), up);
}

/**
 * `x · Φ(x)` with the normal distribution's exact Φ, not its tanh approximation.
 *
 * The gradient by hand, Φ(x) + x · φ(x), is made of x alone, so that nothing else is kept for it.
 */
export function gelu(x: Tensor): Tensor {
  return withGradient(
    [x],
    (y) => ({ value: tf.mul(y, normalCdf(y)), saved: [y] as const }),
    (gradient, [y]) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(y), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [tf.mul(gradient, tf.add(normalCdf(y), tf.mul(y, density)))];
    },
  );
}

/** Φ */
function normalCdf(x: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
