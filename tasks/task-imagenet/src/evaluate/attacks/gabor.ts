import { hostRandom, tf } from "lat-tensorflow";
import type { UnforeseenAttack } from "../unforeseen.ts";

/** Impulses of a picture, each the centre of a Gabor kernel. */
const IMPULSES = 64;
/** Of the kernel, as shares of the side: standard deviation of its Gaussian, and waves across the picture. */
const DEVIATION = 1 / 16;
const WAVES = 6;

/**
 * Gabor: noise of one orientation for each picture. Impulses at random places are each given a Gabor kernel, a wave under
 * a Gaussian; δ holds their weights, each bounded by itself, and the sum is added to the picture.
 *
 * Published: ε 0.02, 0.04, 0.06 and kernels of 23 pixels at every few pixels of 224. Lengths here are shares of the
 * side, with as many impulses as let neighbouring kernels overlap as they do there.
 */
export const gabor: UnforeseenAttack = {
  name: "gabor",
  epsilon: () => ({ low: 0.02, medium: 0.04, high: 0.06 }),
  search: { norm: "linf", rule: "sign" },
  shape: () => [IMPULSES],
  fixed: { shape: (size) => [IMPULSES, size * size], draw: drawKernels },
  apply({ pixels, delta, fixed }, size) {
    const noise = tf.matMul(tf.expandDims(delta!, 1), fixed!);
    return tf.clipByValue(tf.add(pixels!, tf.reshape(noise, [-1, size, size, 1])), 0, 1);
  },
};

/** Every impulse's kernel over the whole picture, [impulse, pixel], with a peak of 1. */
function drawKernels(size: number, seed: number, index: number): Float32Array {
  const random = hostRandom(seed, "gabor", index);
  const angle = Math.PI * random.uniform(0);
  const wave = (2 * Math.PI * WAVES) / size;
  const kernels = new Float32Array(IMPULSES * size * size);
  for (let impulse = 0; impulse < IMPULSES; impulse++) {
    const [row, column] = [1, 2].map((draw) => size * random.uniform(2 * impulse + draw)) as [number, number];
    for (let pixel = 0; pixel < size * size; pixel++) {
      const [down, right] = [Math.floor(pixel / size) - row, (pixel % size) - column];
      const envelope = Math.exp(-(down ** 2 + right ** 2) / (2 * (DEVIATION * size) ** 2));
      kernels[impulse * size * size + pixel] =
        envelope * Math.cos(wave * (right * Math.cos(angle) + down * Math.sin(angle)));
    }
  }
  return kernels;
}
