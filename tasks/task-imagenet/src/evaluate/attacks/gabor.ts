import { hostRandom, tf } from "lat-tensorflow";
import type { UnforeseenAttack } from "../unforeseen.ts";

/** Impulses of an image, each the centre of a Gabor kernel. */
const IMPULSES = 64;
/** Of the kernel, as shares of the side: standard deviation of its Gaussian, and waves across the image. */
const DEVIATION = 1 / 12;
const WAVES = 6;
/** Standard deviations from its middle at which a kernel ends. */
const REACH = 3;

/**
 * Gabor: noise of one orientation for each image. Impulses at random places are each given a Gabor kernel, a wave under
 * a Gaussian; δ holds their weights, each bounded by itself, and the sum is added to the image.
 *
 * Published: ε 0.02, 0.04, 0.06. The same here; size, wave length and number of the kernels are chosen for small
 * images, so that three of them overlap at a pixel.
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

/** Every impulse's kernel over the whole image, [impulse, pixel], with a peak of 1. */
function drawKernels(size: number, index: number): Float32Array {
  const random = hostRandom(0, "gabor", index);
  const angle = Math.PI * random.uniform(0);
  const wave = (2 * Math.PI * WAVES) / size;
  const deviation = DEVIATION * size;
  const kernels = new Float32Array(IMPULSES * size * size);
  const near = (middle: number): number[] => {
    const first = Math.max(0, Math.ceil(middle - REACH * deviation));
    const last = Math.min(size - 1, Math.floor(middle + REACH * deviation));
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  };
  for (let impulse = 0; impulse < IMPULSES; impulse++) {
    const [top, left] = [1, 2].map((draw) => size * random.uniform(2 * impulse + draw)) as [number, number];
    for (const row of near(top)) {
      for (const column of near(left)) {
        const [down, right] = [row - top, column - left];
        const envelope = Math.exp(-(down ** 2 + right ** 2) / (2 * deviation ** 2));
        const phase = wave * (right * Math.cos(angle) + down * Math.sin(angle));
        kernels[impulse * size * size + row * size + column] = envelope * Math.cos(phase);
      }
    }
  }
  return kernels;
}
