import sharp from "sharp";
import { readHeader } from "./header.ts";
import { tiffSamples } from "./tiff.ts";

/** The largest value of 12 bits. */
const TWELVE_BITS = 4095;

/**
 * Refuses an image whose numbers do not say which colours they are, and which would be decoded to wrong ones: numbers
 * without a known white, 12 bits in 16, colours that are not converted, a fourth channel that may be anything.
 *
 * @returns whether they are inks (CMYK) without a profile
 * @throws saying what they are and what to do
 */
export async function inspect(path: string): Promise<boolean> {
  const { format, depth, bitsPerSample, hasAlpha, space, hasProfile } = await readHeader(path);
  if (depth !== "uchar" && depth !== "ushort") {
    throw new Error(
      `its values are of the type ${depth}, which does not say what is white; convert it to 8 or 16 bits`,
    );
  }
  if (depth === "ushort" && bitsPerSample === 16) {
    const { channels } = await sharp(path, { failOn: "error" }).stats();
    const largest = Math.max(...channels.slice(0, hasAlpha ? -1 : undefined).map(({ max }) => max));
    if (largest > 0 && largest <= TWELVE_BITS) {
      throw new Error(
        `its largest value is ${largest} of 65535, so that it is black, or of 12 bits or fewer; scale it to all 16 bits`,
      );
    }
  }
  if (format === "tiff") await refuseUnclearTiff(path);
  return space === "cmyk" && !hasProfile;
}

/** Samples of each pixel that are colours, by photometric interpretation: grey (twice), RGB, palette, CMYK, YCbCr. */
const colours: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3 };
const YCBCR = 6;
const JPEG = 7;

async function refuseUnclearTiff(path: string): Promise<void> {
  const { photometric = -1, compression, perPixel, extra } = await tiffSamples(path);
  const expected = colours[photometric];
  // What decompresses JPEG also converts its colours; otherwise these are left as they are.
  if (expected === undefined || (photometric === YCBCR && compression !== JPEG)) {
    const kind = photometric === YCBCR ? "YCbCr without JPEG" : `of the photometric interpretation ${photometric}`;
    throw new Error(`its colours are ${kind}, which is not converted here; convert it to RGB`);
  }
  if (perPixel > expected && extra !== 1 && extra !== 2) {
    throw new Error(`it has ${perPixel} channels and does not say what is in the last; convert it to RGB or RGBA`);
  }
}
