import { LatError } from "lat-system";
import sharp from "sharp";
import { type ColourSums, colourSums } from "./colours.ts";
import type { PixelMemory } from "./memory.ts";
import type { Picture, PictureFile } from "./picture.ts";

/** Files decoded at a time: sharp runs each in a worker thread of its own, and open files are few. */
export const AT_ONCE = 32;
/** Names of unreadable files that a message holds. */
const NAMED = 5;

/**
 * Decodes a picture file to size × size × 3 bytes: turned as its EXIF says, converted to sRGB (grey, CMYK and 16-bit
 * pictures as well), transparency laid over white, its shorter side scaled to `size` and the middle of the longer one
 * kept.
 *
 * @throws LatError naming the file where it is no picture or a damaged one
 */
export async function decodePicture(path: string, size: number): Promise<Uint8Array> {
  try {
    const { data, info } = await sharp(path, { failOn: "warning" })
      .rotate()
      .flatten({ background: "#ffffff" })
      .resize(size, size, { fit: "cover" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels, expected 3`);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  } catch (cause) {
    throw new LatError(`cannot read the picture ${path}: ${firstLine(cause)}`, { cause });
  }
}

/** A picture that can be read, and what its colours sum up to. */
export interface DecodedPicture extends Picture {
  readonly colours: ColourSums;
}

/**
 * Decodes all files, in their order, and keeps what the memory has room for. What cannot be read is left out and told of.
 *
 * @throws LatError where none can be read
 */
export async function decodeAll(
  files: readonly PictureFile[],
  size: number,
  memory: PixelMemory,
  warn: (message: string) => void,
): Promise<DecodedPicture[]> {
  const pictures: DecodedPicture[] = [];
  const unreadable: string[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const chunk = files.slice(from, from + AT_ONCE);
    const decoded = await Promise.allSettled(
      chunk.map(async ({ path, ...rest }): Promise<DecodedPicture> => {
        const read = memory.keeping(() => decodePicture(path, size));
        return { ...rest, read, colours: colourSums(await read()) };
      }),
    );
    decoded.forEach((result, i) => {
      if (result.status === "fulfilled") pictures.push(result.value);
      else unreadable.push(`${chunk[i]!.path} (${firstLine((result.reason as Error).cause)})`);
    });
  }
  if (unreadable.length === 0) return pictures;
  const more = unreadable.length > NAMED ? `, and ${unreadable.length - NAMED} more` : "";
  const message = `${unreadable.length} of ${files.length} pictures cannot be read: ${unreadable.slice(0, NAMED).join(", ")}${more}`;
  if (pictures.length === 0) throw new LatError(message);
  warn(`skipped: ${message}`);
  return pictures;
}

function firstLine(error: unknown): string {
  return (error as Error).message.split("\n")[0]!;
}
