import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { withGradient } from "./with-gradient.ts";

/**
 * Rotary position embedding: the pair (x[i], x[i + width/2]) of a head is turned by the angle
 * position · theta^(−2i/width) (the rotate-half layout of published checkpoints).
 *
 * The gradient is the same rotation backwards.
 *
 * @param x [batch, tokens, heads, width], width even
 * @param positions int32, [tokens] for all examples, or [batch, tokens]
 * @param theta base of the angles, usually 10,000
 */
export function rotary(x: Tensor, positions: Tensor, theta: number): Tensor {
  const half = (x.shape[3] as number) / 2;
  const frequencies = tf.tensor1d(Array.from({ length: half }, (_, i) => theta ** (-i / half)));
  const [batch, tokens] =
    positions.rank === 1 ? [1, positions.shape[0] as number] : (positions.shape as [number, number]);
  const angles = tf.mul(tf.cast(tf.reshape(positions, [batch, tokens, 1, 1]), "float32"), frequencies);
  return withGradient(
    [x],
    (y) => {
      const saved = [tf.cos(angles), tf.sin(angles)] as const;
      return { value: rotate(y, ...saved), saved };
    },
    (gradient, [cos, sin]) => [rotate(gradient, cos, tf.neg(sin))],
  );
}

function rotate(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [a, b] = tf.split(x, 2, 3) as [Tensor, Tensor];
  return tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))], 3);
}
