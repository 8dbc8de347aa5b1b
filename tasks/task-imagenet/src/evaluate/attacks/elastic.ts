import { gather, type Tensor, tf } from "lat-tensorflow";
import type { UnforeseenAttack } from "../unforeseen.ts";
import { smooth } from "./grid.ts";

/** Standard deviation of the smoothing as a share of the side: 3 pixels of 224 would leave nothing to smooth in 32. */
const SMOOTHING = 1 / 10;

/**
 * Elastic: every pixel is taken from a place near it, by bilinear interpolation; δ holds the displacements (down, right),
 * which are smoothed before they are used. Each displacement is bounded in length by itself.
 *
 * Published: ε 0.1, 0.25, 0.5 where the image is 2 wide, sign steps. The same here; lengths scale with the image, and
 * δ is kept in pixels.
 */
export const elastic: UnforeseenAttack = {
  name: "elastic",
  epsilon: (size) => ({ low: 0.1 * (size / 2), medium: 0.25 * (size / 2), high: 0.5 * (size / 2) }),
  search: { norm: "l2", scope: "token", rule: "sign" },
  shape: (size) => [size * size, 2],
  apply({ pixels, delta }, size) {
    const field = smooth(tf.reshape(delta!, [-1, size, size, 2]), SMOOTHING * size);
    return displaced(pixels!, field);
  },
};

/** Pixels [example, size, size, 3] taken from where the field [example, size, size, 2] points, the border repeated. */
function displaced(pixels: Tensor, field: Tensor): Tensor {
  const [examples, size] = pixels.shape as [number, number];
  const axis = tf.range(0, size, 1, "float32");
  const inside = (position: Tensor): Tensor => tf.minimum(tf.maximum(position, 0), size - 1);
  const part = (component: number): Tensor => tf.squeeze(tf.slice(field, [0, 0, 0, component], [-1, -1, -1, 1]), [3]);
  const row = inside(tf.add(part(0), tf.reshape(axis, [1, size, 1])));
  const column = inside(tf.add(part(1), tf.reshape(axis, [1, 1, size])));
  // The last pixel but one at most, so that there is a neighbour below and on the right.
  const corner = (position: Tensor): Tensor => tf.minimum(tf.floor(position), size - 2);
  const [top, left] = [corner(row), corner(column)];
  const [down, right] = [tf.sub(row, top), tf.sub(column, left)];
  const table = tf.reshape(pixels, [-1, 3]);
  const first = tf.mul(tf.reshape(tf.range(0, examples, 1, "float32"), [examples, 1, 1]), size * size);
  const index = tf.cast(tf.add(first, tf.add(tf.mul(top, size), left)), "int32");
  const at = (offset: number, weight: Tensor): Tensor =>
    tf.mul(gather(table, tf.add(index, tf.scalar(offset, "int32"))), tf.expandDims(weight, 3));
  return tf.addN([
    at(0, tf.mul(tf.sub(1, down), tf.sub(1, right))),
    at(1, tf.mul(tf.sub(1, down), right)),
    at(size, tf.mul(down, tf.sub(1, right))),
    at(size + 1, tf.mul(down, right)),
  ]);
}
