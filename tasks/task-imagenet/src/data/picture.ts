import type { SplitName } from "lat-system";

/** What is known of a picture beside its pixels. */
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

/** What copies of a picture have in common, under whatever names: the key of its pixels. */
export interface WithContent {
  readonly content: string;
}

/** Before it is decoded. */
export interface PictureFile extends Described {
  readonly path: string;
}

/** Gives [row, column, colour], 0 to 255: at once where they are in memory, else when another thread has decoded them. */
export type Read = () => Uint8Array | Promise<Uint8Array>;

/** A picture of square size as the network sees it, read when it is needed. */
export interface Picture extends Described {
  readonly read: Read;
}

/** A picture in memory. */
export interface HeldPicture extends Picture {
  readonly pixels: Uint8Array;
}

/** Pictures of known classes. */
export interface Pictures<P extends Described = Picture> {
  readonly classes: readonly string[];
  readonly pictures: readonly P[];
}

/** The picture with these pixels. */
export function withPixels(picture: Described, pixels: Uint8Array): HeldPicture {
  const { name, label, group, words } = picture;
  return { name, label, group, words, pixels, read: () => pixels };
}

/** The pictures with their pixels in memory. */
export function hold(pictures: readonly Picture[]): Promise<HeldPicture[]> {
  return Promise.all(pictures.map(async (picture) => withPixels(picture, await picture.read())));
}
