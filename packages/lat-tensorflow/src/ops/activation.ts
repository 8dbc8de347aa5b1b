import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

/** `x · σ(x)`, also called swish. */
export function silu(x: Tensor): Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

/** The gated activation of Llama's MLP: `silu(gate) · up`. */
export function swiGlu(gate: Tensor, up: Tensor): Tensor {
  return tf.mul(silu(gate), up);
}

/** `x · Φ(x)` with the normal distribution's exact Φ, not its tanh approximation. */
export function gelu(x: Tensor): Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
