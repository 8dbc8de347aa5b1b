import type { ExampleSet } from "lat-engine";
import { groupBy } from "lat-system";
import { type AugmentOptions, drawChange, unchanged, writeChanged } from "./augment.ts";
import type { Described, Image } from "./image.ts";

/**
 * Examples `pixels` [example, row, column, 3] in [0, 1] and `labels` [example]; augmented in training alone. Images that
 * are not in memory are decoded by other threads.
 */
export function imageExamples(images: readonly Image[], size: number, augment?: AugmentOptions): ExampleSet {
  const values = size * size * 3;
  return {
    size: images.length,
    async batch(indices, _length, pass) {
      const read = await Promise.all(indices.map((index) => images[index]!.read()));
      const pixels = new Float32Array(indices.length * values);
      indices.forEach((index, i) => {
        const change = augment && pass ? drawChange(augment, pass.seed, pass.epoch, index) : unchanged;
        writeChanged(read[i]!, size, change, pixels, i * values);
      });
      return {
        pixels: { shape: [indices.length, size, size, 3], data: pixels },
        labels: { shape: [indices.length], data: Int32Array.from(indices, (index) => images[index]!.label) },
      };
    },
  };
}

/** The pixels of an example as they were decoded, 0 to 255. */
export function bytesOf(pixels: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(pixels, (value) => Math.round(255 * value));
}

/** As many images of every class as the largest has, those of smaller classes repeated. */
export function balanced<P extends Described>(images: readonly P[]): P[] {
  const classes = [...groupBy(images, ({ label }) => label).values()];
  const largest = Math.max(...classes.map((members) => members.length));
  return classes.flatMap((members) => Array.from({ length: largest }, (_, i) => members[i % members.length]!));
}
