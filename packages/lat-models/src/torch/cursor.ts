import type { ByteSource } from "lat-system";

/** How many bytes are read ahead. */
const windowBytes = 1 << 16;

/** The bytes of a source one after another, of which no more than a window is in memory. */
export class Cursor {
  position: number;
  private readonly source: ByteSource;
  private window = new Uint8Array();
  /** Where in the source the window begins. */
  private start = 0;

  constructor(source: ByteSource, position = 0) {
    this.source = source;
    this.position = position;
  }

  /** The next `length` bytes, or undefined where the source ends before. Valid until the next call. */
  take(length: number): Uint8Array | undefined {
    const left = this.source.size - this.position;
    if (length > left) return undefined;
    const from = this.position - this.start;
    if (from < 0 || from + length > this.window.length) {
      this.window = this.source.read(this.position, Math.min(left, Math.max(length, windowBytes)));
      this.start = this.position;
    }
    const begin = this.position - this.start;
    this.position += length;
    return this.window.subarray(begin, begin + length);
  }
}
