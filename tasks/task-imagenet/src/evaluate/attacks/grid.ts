import { type Tensor, tf } from "lat-tensorflow";

/**
 * [to, from]: linear interpolation from `from` points to `to`, both with their first and last point at the ends of a
 * line.
 */
function interpolation(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const at = (i * (from - 1)) / (to - 1);
    return Array.from({ length: from }, (_, j) => Math.max(0, 1 - Math.abs(at - j)));
  });
}

/** A field on a coarse grid, [example, from, from, k], as one of every pixel, [example, size, size, k]: bilinear. */
export function upsample(field: Tensor, size: number): Tensor {
  const from = field.shape[1] as number;
  return alongBoth(field, interpolation(from, size));
}

/** [size, size]: weights of a Gaussian of that standard deviation (in points), each row of sum 1. */
function gaussian(size: number, deviation: number): number[][] {
  return Array.from({ length: size }, (_, i) => {
    const weights = Array.from({ length: size }, (_, j) => Math.exp(-(((i - j) / deviation) ** 2) / 2));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });
}

/** A field [example, size, size, k], smoothed by a Gaussian of that standard deviation in pixels. */
export function smooth(field: Tensor, deviation: number): Tensor {
  return alongBoth(field, gaussian(field.shape[1] as number, deviation));
}

/** M · field · Mᵀ on the two axes of the grid, for each example and component. */
function alongBoth(field: Tensor, matrix: number[][]): Tensor {
  const [examples, from, , components] = field.shape as [number, number, number, number];
  const m = tf.tensor2d(matrix);
  const to = matrix.length;
  const rows = tf.matMul(m, tf.reshape(tf.transpose(field, [1, 0, 2, 3]), [from, -1]));
  const turned = tf.transpose(tf.reshape(rows, [to, examples, from, components]), [2, 1, 0, 3]);
  const columns = tf.matMul(m, tf.reshape(turned, [from, -1]));
  return tf.transpose(tf.reshape(columns, [to, examples, to, components]), [1, 2, 0, 3]);
}

/** The coordinates of every pixel's middle, [1, size, size], down and to the right, in [−1, 1]. */
export function coordinates(size: number): { down: Tensor; right: Tensor } {
  const line = tf.sub(tf.div(tf.add(tf.range(0, size), 0.5), size / 2), 1);
  const ones = tf.ones([size, 1]);
  const right = tf.reshape(tf.mul(ones, tf.reshape(line, [1, size])), [1, size, size]);
  return { right, down: tf.transpose(right, [0, 2, 1]) };
}
