import { hostRandom } from "lat-tensorflow";

export interface AugmentOptions {
  /** Mirror every second image, by chance. */
  readonly flip: boolean;
  /** Largest shift in pixels, in each direction; what comes in repeats the border. */
  readonly shift: number;
}

/** A change of one image: the source of a pixel is `(row + down, mirrored column + right)`, kept inside. */
export interface Change {
  readonly mirror: boolean;
  readonly down: number;
  readonly right: number;
}

export const unchanged: Change = { mirror: false, down: 0, right: 0 };

/** The change of an example in an epoch: a function of (seed, epoch, index) alone. */
export function drawChange({ flip, shift }: AugmentOptions, seed: number, epoch: number, index: number): Change {
  const random = hostRandom(seed, "augment", epoch);
  const between = (draw: number): number => random.integer(2 * shift + 1, 3 * index + draw) - shift;
  return { mirror: flip && random.integer(2, 3 * index) === 1, down: between(1), right: between(2) };
}

/** Writes the changed image as numbers in [0, 1] to `target` from `offset`. */
export function writeChanged(
  pixels: Uint8Array,
  size: number,
  { mirror, down, right }: Change,
  target: Float32Array,
  offset: number,
): void {
  const inside = (position: number): number => Math.min(size - 1, Math.max(0, position));
  let at = offset;
  for (let row = 0; row < size; row++) {
    const from = inside(row + down) * size;
    for (let column = 0; column < size; column++) {
      const source = 3 * (from + inside((mirror ? size - 1 - column : column) + right));
      for (let colour = 0; colour < 3; colour++) target[at++] = pixels[source + colour]! / 255;
    }
  }
}
