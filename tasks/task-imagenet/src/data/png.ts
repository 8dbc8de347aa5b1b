import sharp from "sharp";

/** Pixels of a square image, size × size × 3, as a PNG in a data URL. */
export async function pngUrl(pixels: Uint8Array, size: number): Promise<string> {
  const png = await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
