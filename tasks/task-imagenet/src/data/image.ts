import type { SplitName } from "lat-system";

/** What is known of an image beside its pixels. */
export interface Described {
  /** `google/1f600.png`, or the path inside the user's folder: unique. */
  readonly name: string;
  /** Index of its class. */
  readonly label: number;
  /** What must not fall in two splits: the code point of an emoji, which several artists drew. */
  readonly group: string;
  /** What its names say that it shows, as words: natural triggers are found in them. */
  readonly words: readonly string[];
  /** Where the user's folder says in which split it is. */
  readonly split?: SplitName;
}

/** What copies of an image have in common, under whatever names: the key of its pixels. */
export interface WithContent {
  readonly content: string;
}

/** Before it is decoded. */
export interface ImageFile extends Described {
  readonly path: string;
}

/** Gives [row, column, colour], 0 to 255: at once where they are in memory, else when another thread has decoded them. */
export type Read = () => Uint8Array | Promise<Uint8Array>;

/** An image of square size as the network sees it, read when it is needed. */
export interface Image extends Described {
  readonly read: Read;
}

/** An image in memory. */
export interface HeldImage extends Image {
  readonly pixels: Uint8Array;
}

/** Images of known classes. */
export interface Images<P extends Described = Image> {
  readonly classes: readonly string[];
  readonly images: readonly P[];
}

/** The image with these pixels. */
export function withPixels(image: Described, pixels: Uint8Array): HeldImage {
  const { name, label, group, words } = image;
  return { name, label, group, words, pixels, read: () => pixels };
}

/** The images with their pixels in memory. */
export function hold(images: readonly Image[]): Promise<HeldImage[]> {
  return Promise.all(images.map(async (image) => withPixels(image, await image.read())));
}
