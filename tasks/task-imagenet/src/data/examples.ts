import type { ExampleSet } from "lat-engine";
import { type AugmentOptions, drawChange, unchanged, writeChanged } from "./augment.ts";
import type { Picture } from "./picture.ts";

/** Examples `pixels` [example, row, column, 3] in [0, 1] and `labels` [example]; augmented in training alone. */
export function pictureExamples(pictures: readonly Picture[], size: number, augment?: AugmentOptions): ExampleSet {
  const values = size * size * 3;
  return {
    size: pictures.length,
    batch(indices, _length, pass) {
      const pixels = new Float32Array(indices.length * values);
      indices.forEach((index, i) => {
        const change = augment && pass ? drawChange(augment, pass.seed, pass.epoch, index) : unchanged;
        writeChanged(pictures[index]!.pixels, size, change, pixels, i * values);
      });
      return {
        pixels: { shape: [indices.length, size, size, 3], data: pixels },
        labels: { shape: [indices.length], data: Int32Array.from(indices, (index) => pictures[index]!.label) },
      };
    },
  };
}

/** As many pictures of every class as the largest has, those of smaller classes repeated. */
export function balanced(pictures: readonly Picture[]): Picture[] {
  const classes = [...Map.groupBy(pictures, ({ label }) => label).values()];
  const largest = Math.max(...classes.map((members) => members.length));
  return classes.flatMap((members) => Array.from({ length: largest }, (_, i) => members[i % members.length]!));
}

/** Mean and standard deviation of each colour over pictures, in [0, 1]. */
export function colourStatistics(pictures: readonly Picture[]): {
  mean: [number, number, number];
  std: [number, number, number];
} {
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let count = 0;
  for (const { pixels } of pictures) {
    for (let i = 0; i < pixels.length; i++) {
      const value = pixels[i]! / 255;
      sums[i % 3]! += value;
      squares[i % 3]! += value * value;
    }
    count += pixels.length / 3;
  }
  const mean = sums.map((sum) => sum / count) as [number, number, number];
  // Pictures of one colour have no deviation, which a network cannot divide by.
  const deviation = (square: number, colour: number): number =>
    Math.max(Math.sqrt(Math.max(0, square / count - mean[colour]! ** 2)), 1 / 255);
  return { mean, std: squares.map(deviation) as [number, number, number] };
}
