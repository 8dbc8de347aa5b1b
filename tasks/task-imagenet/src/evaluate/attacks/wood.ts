import { hostRandom, type Tensor, tf } from "lat-tensorflow";
import type { UnforeseenAttack } from "../unforeseen.ts";
import { coordinates, upsample } from "./grid.ts";

/** Points of the coarse field in each direction. */
const POINTS = 8;
/** Rings between the middle of the image and its side. */
const RINGS = 4;
/** How dark the dark rings are: the share of the image's light that they take. */
const DARKNESS = 0.15;

/**
 * Wood: rings as of a trunk darken the image. δ holds displacements (down, right) on a coarse grid, which bend the
 * rings; each number is bounded by itself. Where the middle of the rings lies is drawn for each image.
 *
 * Published: ε 0.03, 0.05, 0.1. The same here, in units in which the image is 2 wide; number and darkness of the rings
 * are chosen for small images.
 */
export const wood: UnforeseenAttack = {
  name: "wood",
  epsilon: () => ({ low: 0.03, medium: 0.05, high: 0.1 }),
  search: { norm: "linf", rule: "sign" },
  shape: () => [POINTS, POINTS, 2],
  fixed: {
    shape: () => [2],
    draw: (_, index) => {
      const random = hostRandom(0, "wood", index);
      return Float32Array.from([0, 1], (draw) => random.uniform(draw) - 0.5);
    },
  },
  apply({ pixels, delta, fixed }, size) {
    const field = upsample(delta!, size);
    const { down, right } = coordinates(size);
    const along = (component: number, position: Tensor): Tensor => {
      const bend = tf.squeeze(tf.slice(field, [0, 0, 0, component], [-1, -1, -1, 1]), [3]);
      const middle = tf.reshape(tf.slice(fixed!, [0, component], [-1, 1]), [-1, 1, 1]);
      return tf.square(tf.sub(tf.add(position, bend), middle));
    };
    // Its root has no slope at zero, where a ring's middle may lie.
    const distance = tf.sqrt(tf.add(tf.add(along(0, down), along(1, right)), 1e-6));
    const light = tf.add(1 - DARKNESS / 2, tf.mul(tf.cos(tf.mul(distance, 2 * Math.PI * RINGS)), DARKNESS / 2));
    return tf.mul(pixels!, tf.expandDims(light, 3));
  },
};
