import { type Tensor, tf } from "lat-tensorflow";
import type { UnforeseenAttack } from "../unforeseen.ts";

/** Blocks in each direction of an image of 224 pixels. */
const BLOCKS = 14;

/**
 * Pixel: the image is divided into blocks, and |δ| in [0, 1] says for each block how far it is replaced by its
 * mean colour, as in an image of lower resolution. ‖δ‖₂ is bounded over all blocks.
 *
 * Published: 14 × 14 blocks, ε 3, 5, 10. A small image has fewer, of 3 pixels' side or more (8 × 8 of 4 pixels in one of
 * 32), and ε is scaled by the root of their number: it stays the same share of the largest possible norm.
 */
export const pixel: UnforeseenAttack = {
  name: "pixel",
  epsilon: (size) => {
    const scale = blocksOf(size) / BLOCKS;
    return { low: 3 * scale, medium: 5 * scale, high: 10 * scale };
  },
  search: { norm: "l2" },
  shape: (size) => [blocksOf(size), blocksOf(size)],
  apply({ pixels, delta }, size) {
    const blocks = blocksOf(size);
    const side = size / blocks;
    const parts = tf.reshape(pixels!, [-1, blocks, side, blocks, side, 3]);
    const share = tf.reshape(tf.minimum(tf.abs(delta!), 1), [-1, blocks, 1, blocks, 1, 1]);
    const mean = tf.mean(parts, [2, 4], true);
    const mixed: Tensor = tf.add(parts, tf.mul(share, tf.sub(mean, parts)));
    return tf.reshape(mixed, [-1, size, size, 3]);
  },
};

/** The largest divisor of the side that is at most 14 and leaves blocks of at least 3 pixels. */
function blocksOf(size: number): number {
  let blocks = Math.min(BLOCKS, Math.floor(size / 3));
  while (size % blocks !== 0) blocks--;
  return blocks;
}
