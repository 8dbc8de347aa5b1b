import type { Read } from "./image.ts";

/** Pixels that are kept in memory while there is room; others are made again whenever they are read. */
export class PixelMemory {
  private room: number;

  /** @param bytes that are kept at most */
  constructor(bytes: number) {
    this.room = bytes;
  }

  /** Reads what `make` makes, which always is the same. */
  keeping(make: () => Promise<Uint8Array>): Read {
    let kept: Uint8Array | undefined;
    return () =>
      kept ??
      make().then((pixels) => {
        if (kept === undefined && pixels.length <= this.room) {
          this.room -= pixels.length;
          kept = pixels;
        }
        return pixels;
      });
  }

  /** Reads what `make` makes and made already. */
  keepingMade(made: Uint8Array, make: () => Promise<Uint8Array>): Read {
    if (made.length > this.room) return make;
    this.room -= made.length;
    return () => made;
  }
}
