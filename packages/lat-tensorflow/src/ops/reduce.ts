import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

// XLA reduces on one thread of a CPU and writes what it reduces to memory first. Adding one half to the other, element
// by element, it does on all threads and where the halves are made. Starting so, sums take half of the time, maxima a
// fifth. No gradient is meant to flow through these: it would be put together from pieces.

const HALVINGS = 3;
/** An axis is not halved to less: what a vector register of AVX-512 holds. */
const SHORTEST = 16;

/** Σ over the last axis, which stays with length 1. */
export function lastSum(x: Tensor): Tensor {
  return tf.sum(halved(x, x.rank - 1, tf.add), -1, true);
}

/** The mean over the last axis, which stays with length 1. */
export function lastMean(x: Tensor): Tensor {
  return tf.div(lastSum(x), x.shape.at(-1) as number);
}

/** The largest along the last axis, which stays with length 1. */
export function lastMax(x: Tensor): Tensor {
  return tf.max(halved(x, x.rank - 1, tf.maximum), -1, true);
}

/** Σ over all axes but the last: [width]. */
export function columnSum(x: Tensor): Tensor {
  return tf.sum(halved(tf.reshape(x, [-1, x.shape.at(-1) as number]), 0, tf.add), 0);
}

/** Σ x² over all axes: a scalar. */
export function squareSum(x: Tensor): Tensor {
  return tf.sum(halved(tf.reshape(tf.square(x), [-1]), 0, tf.add));
}

function halved(x: Tensor, axis: number, combine: (a: Tensor, b: Tensor) => Tensor): Tensor {
  let rest = x;
  for (let i = 0; i < HALVINGS; i++) {
    const length = rest.shape[axis] as number;
    if (length % 2 === 1 || length < 2 * SHORTEST) break;
    const [a, b] = tf.split(rest, 2, axis) as [Tensor, Tensor];
    rest = combine(a, b);
  }
  return rest;
}
