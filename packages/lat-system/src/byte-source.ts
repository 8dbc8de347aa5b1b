import { closeSync, openSync, readSync, statSync } from "node:fs";
import { LatError } from "./errors.ts";
import { fileError } from "./files.ts";

/** Bytes that are read by range, so that no more of a large file is in memory than is looked at. */
export interface ByteSource {
  readonly size: number;
  /** A copy of `length` bytes from `position`, all of which must lie in the source. */
  read(position: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** What one call may ask of the system, whose own limit is just under 2 GiB. */
const callBytes = 1 << 30;

/**
 * A file, open until `close`.
 *
 * @throws {LatError} where it cannot be opened; `read` throws one where it cannot be read, or became shorter
 */
export function fileBytes(path: string): ByteSource {
  const attempt = <T>(operation: () => T): T => {
    try {
      return operation();
    } catch (cause) {
      throw fileError("read", path, cause);
    }
  };
  // Before it is opened: opening a pipe waits for a writer.
  const status = attempt(() => statSync(path));
  if (!status.isFile())
    throw new LatError(
      `cannot read ${path}: it is ${status.isDirectory() ? "a folder, not" : "not"} a file; choose another path`,
    );
  const file = attempt(() => openSync(path, "r"));
  return {
    size: status.size,
    read(position, length) {
      const bytes = attempt(() => new Uint8Array(length));
      for (let done = 0; done < length; ) {
        const count = attempt(() => readSync(file, bytes, done, Math.min(length - done, callBytes), position + done));
        if (count === 0) throw new LatError(`cannot read ${path}: it became shorter while it was read`);
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(file),
  };
}

/** Bytes that are in memory. */
export function memoryBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (position, length) => new Uint8Array(bytes.subarray(position, position + length)),
    close() {},
  };
}
