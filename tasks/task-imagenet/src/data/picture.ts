/** A picture of square size as the network sees it. */
export interface Picture {
  /** `google/1f600.png`, or the path inside the user's folder: unique. */
  readonly name: string;
  /** Index of its class. */
  readonly label: number;
  /** What must not fall in two splits: the code point of an emoji, which several artists drew. */
  readonly group: string;
  /** What its names say that it shows, as words: natural triggers are found in them. */
  readonly words: readonly string[];
  /** [row, column, colour], 0 to 255. */
  readonly pixels: Uint8Array;
}

/** Pictures of known classes. */
export interface Pictures {
  readonly classes: readonly string[];
  readonly pictures: readonly Picture[];
}

/** Before it is decoded. */
export interface PictureFile extends Omit<Picture, "pixels"> {
  readonly path: string;
}
