/** Sums over the pixels of an image, one for each colour: whole numbers, so that no order of adding matters. */
export interface ColourSums {
  readonly pixels: number;
  readonly values: readonly number[];
  readonly squares: readonly number[];
}

/** @param pixels [row, column, colour], 0 to 255 */
export function colourSums(pixels: Uint8Array): ColourSums {
  const values = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    values[i % 3]! += value;
    squares[i % 3]! += value * value;
  }
  return { pixels: pixels.length / 3, values, squares };
}

/** Mean and standard deviation of each colour over images, in [0, 1]. */
export function colourStatistics(images: readonly ColourSums[]): {
  mean: [number, number, number];
  std: [number, number, number];
} {
  const count = images.reduce((sum, { pixels }) => sum + pixels, 0);
  const meanOf = (sums: "values" | "squares", colour: number): number =>
    images.reduce((sum, image) => sum + image[sums][colour]!, 0) / count;
  const mean = [0, 1, 2].map((colour) => meanOf("values", colour) / 255) as [number, number, number];
  // Images of one colour have no deviation, which a network cannot divide by.
  const deviation = (colour: number): number =>
    Math.max(Math.sqrt(Math.max(0, meanOf("squares", colour) / 255 ** 2 - mean[colour]! ** 2)), 1 / 255);
  return { mean, std: [0, 1, 2].map(deviation) as [number, number, number] };
}
