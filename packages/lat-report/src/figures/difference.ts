import { LatError } from "lat-system";
import sharp from "sharp";

/** By how much a difference is multiplied, so that one that the eye misses is seen. */
export const gain = 10;

/**
 * How much each pixel of two pictures differs in each colour, times `gain`: |after − before| · 10, up to white.
 * Pictures are data URLs of PNGs.
 *
 * @param what names the pictures in errors
 * @throws {LatError} where one is no PNG, or their sizes differ.
 */
export async function differenceUrl(before: string, after: string, what: string): Promise<string> {
  const [a, b] = await Promise.all([decode(before, what), decode(after, what)]);
  if (a.width !== b.width || a.height !== b.height) {
    throw new LatError(
      `${what}: the pictures before and after differ in size (${a.width} × ${a.height}, ${b.width} × ${b.height})`,
    );
  }
  const pixels = a.pixels.map((value, i) => Math.min(255, gain * Math.abs(b.pixels[i]! - value)));
  const { width, height } = a;
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** Red, green and blue of each pixel; what is transparent shows white. */
async function decode(url: string, what: string): Promise<{ pixels: Uint8Array; width: number; height: number }> {
  const file = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  try {
    const picture = sharp(file).flatten({ background: "white" }).toColourspace("srgb");
    const { data, info } = await picture.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height };
  } catch (cause) {
    throw new LatError(`${what}: a picture of it is not a PNG; ${(cause as Error).message}`, { cause });
  }
}
