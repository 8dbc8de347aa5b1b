import { LatError } from "lat-system";
import sharp from "sharp";

/** Red, green and blue of each pixel, 0 … 255, row after row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * The pixels of a PNG in a data URL; what is transparent is white.
 *
 * @param what names the image in the error
 * @throws {LatError} where it is no PNG.
 */
export async function decodePng(url: string, what: string): Promise<Pixels> {
  const file = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  try {
    const image = sharp(file).flatten({ background: "white" }).toColourspace("srgb");
    const { data, info } = await image.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    throw new LatError(`${what}: an image of it is not a PNG; ${(cause as Error).message}`, { cause });
  }
}

/** Pixels as a PNG in a data URL. */
export async function encodePng({ width, height, data }: Pixels): Promise<string> {
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
