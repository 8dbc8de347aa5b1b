import { LatError } from "lat-system";
import type { Pixels } from "./png.ts";

/** By how much a difference is multiplied, so that one that the eye misses is seen. */
export const gain = 10;

/**
 * How much each pixel of two images differs in each colour: |after − before| · `gain`, up to white.
 *
 * @param what names the images in the error
 * @throws {LatError} where their sizes differ.
 */
export function difference(before: Pixels, after: Pixels, what: string): Pixels {
  const { width, height } = before;
  if (width !== after.width || height !== after.height) {
    const sizes = `${width} × ${height}, ${after.width} × ${after.height}`;
    throw new LatError(`${what}: the images before and after differ in size (${sizes})`);
  }
  const data = before.data.map((value, i) => Math.min(255, gain * Math.abs(after.data[i]! - value)));
  return { width, height, data };
}
