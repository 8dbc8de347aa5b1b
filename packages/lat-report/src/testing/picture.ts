import sharp from "sharp";

/** A picture of one colour or of the pixels given, as a data URL. */
export async function pictureUrl(pixels: readonly number[], width = 1): Promise<string> {
  const raw = { width, height: pixels.length / 3 / width, channels: 3 } as const;
  const png = await sharp(Uint8Array.from(pixels), { raw }).png().toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** Red, green and blue of each pixel of a picture in a data URL. */
export async function pixelsOf(url: string): Promise<number[]> {
  return [
    ...(await sharp(Buffer.from(url.split(",")[1]!, "base64"))
      .raw()
      .toBuffer()),
  ];
}
