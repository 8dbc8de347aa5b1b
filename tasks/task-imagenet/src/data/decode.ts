import { valuesKey } from "lat-engine/task";
import { LatError } from "lat-system";
import sharp from "sharp";
import { type ColourSums, colourSums } from "./colours.ts";
import type { Image, ImageFile, WithContent } from "./image.ts";
import { coloursOfInks } from "./inks.ts";
import { inspect } from "./inspect.ts";
import type { PixelMemory } from "./memory.ts";

// It would keep what a file of this name held, whatever the file holds by now.
sharp.cache(false);

/** Files decoded at a time: sharp runs each in a worker thread of its own, and open files are few. */
export const AT_ONCE = 32;
/** Names of unreadable files that a message holds. */
const NAMED = 5;

export interface DecodeOptions {
  /** What an image is refused for: that a part is missing or broken, or also what its decoder merely finds odd. */
  readonly failOn?: "error" | "warning";
  /** Whether it holds inks without a profile, as `inspect` says. */
  readonly inks?: boolean;
}

/**
 * Decodes an image file to size × size × 3 bytes: turned as its EXIF says, converted to sRGB from the profile in it (grey,
 * CMYK and 16-bit images as well), transparency laid over white, its shorter side scaled to `size` and the middle of the
 * longer one kept. Of several frames or pages it is the first.
 *
 * @throws LatError naming the file where it is no image, a damaged one or one of more than 268 million pixels
 */
export async function decodeImage(
  path: string,
  size: number,
  { failOn = "error", inks = false }: DecodeOptions = {},
): Promise<Uint8Array> {
  try {
    const image = sharp(path, { failOn }).rotate().flatten({ background: "#ffffff" });
    const { data, info } = await (inks ? image.pipelineColourspace("cmyk") : image)
      .resize(size, size, { fit: "cover" })
      .toColourspace(inks ? "cmyk" : "srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const channels = inks ? 4 : 3;
    if (info.channels !== channels) throw new Error(`decoded to ${info.channels} channels, expected ${channels}`);
    const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return inks ? coloursOfInks(values) : values;
  } catch (cause) {
    throw new LatError(`cannot read the image ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** An image that can be read, what tells its pixels from others', and what its colours sum up to. */
export interface DecodedImage extends Image, WithContent {
  readonly colours: ColourSums;
}

/** The pixels of an image, how to decode them again, and what its decoder found odd. */
interface Look {
  readonly pixels: Uint8Array;
  readonly inks: boolean;
  readonly odd?: string;
}

/**
 * Decodes all files, in their order, and keeps what the memory has room for. What cannot be read is left out and told of;
 * so is what was read though its decoder warned, since a part of such an image may be wrong.
 *
 * @throws LatError where none can be read
 */
export async function decodeAll(
  files: readonly ImageFile[],
  size: number,
  memory: PixelMemory,
  warn: (message: string) => void,
): Promise<DecodedImage[]> {
  const images: DecodedImage[] = [];
  const [unreadable, odd]: [string[], string[]] = [[], []];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const chunk = files.slice(from, from + AT_ONCE);
    const looks = await Promise.allSettled(chunk.map(({ path }) => look(path, size)));
    for (const [i, { path, ...rest }] of chunk.entries()) {
      const first = looks[i]!;
      // What decoders say while several of them work may be of any of the files.
      const outcome = first.status === "fulfilled" ? first.value : await lookAlone(path, size);
      if (outcome instanceof Error) {
        unreadable.push(`${path} (${reasonOf(outcome)})`);
        continue;
      }
      const { pixels, inks } = outcome;
      if (outcome.odd !== undefined) odd.push(`${path} (${outcome.odd})`);
      const read = memory.keepingMade(pixels, () => decodeImage(path, size, { inks }));
      images.push({ ...rest, read, content: valuesKey(pixels), colours: colourSums(pixels) });
    }
  }
  if (unreadable.length > 0) {
    const message = `${unreadable.length} of ${files.length} images cannot be read: ${some(unreadable)}`;
    if (images.length === 0) throw new LatError(message);
    warn(`skipped: ${message}`);
  }
  if (odd.length > 0) {
    warn(`${odd.length} of ${files.length} images are read though a part of them may be damaged: ${some(odd)}`);
  }
  return images;
}

async function look(path: string, size: number): Promise<Look> {
  const inks = await inspect(path);
  return { pixels: await decodeImage(path, size, { failOn: "warning", inks }), inks };
}

/** As `look`, while no other image is decoded, and once more without regard to warnings. An error says why it cannot be read. */
async function lookAlone(path: string, size: number): Promise<Look | Error> {
  try {
    const inks = await inspect(path);
    const warned = await decodeImage(path, size, { failOn: "warning", inks }).catch((error: Error) => error);
    if (!(warned instanceof Error)) return { pixels: warned, inks };
    return { pixels: await decodeImage(path, size, { inks }), inks, odd: reasonOf(warned.cause) };
  } catch (error) {
    return error instanceof LatError ? (error.cause as Error) : (error as Error);
  }
}

function some(names: readonly string[]): string {
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : "";
  return `${names.slice(0, NAMED).join(", ")}${more}`;
}

/** The first line of what a decoder says, but for the one that all warnings begin with. */
function reasonOf(error: unknown): string {
  const lines = (error as Error).message.split("\n").filter((line) => !line.startsWith("Warning treated as error"));
  return lines[0] ?? "its decoder warned";
}
