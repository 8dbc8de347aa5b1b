import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { LatError } from "../errors.ts";
import { fileError } from "../files.ts";

/** Bytes of a data file, unpacked, that are read at most: what is made of them has to fit into memory. */
export const LARGEST_FILE = 2 ** 30;

/** Rows of a data file that are read at most. */
export const MOST_ROWS = 2 ** 22;

/** What text packs into at best, and what of it is unpacked in any case: more is made to fill a disk or a memory. */
const PACKED = 100;
const ALWAYS = 2 ** 26;

/**
 * The bytes of a file in pieces, unpacked where its name ends in `.gz`.
 *
 * @param most bytes, unpacked
 * @throws {LatError} where it cannot be read, is larger than `most`, unpacks to more than a hundred times its size, or its
 * gzip data are cut or damaged
 */
export async function* bytesOf(path: string, most: number): AsyncGenerator<Uint8Array> {
  const { size } = await stat(path).catch((cause) => {
    throw fileError("read", path, cause);
  });
  if (size === 0) return;
  const packed = /\.gz$/i.test(path);
  const limit = packed ? Math.min(most, Math.max(ALWAYS, PACKED * size)) : most;
  refuseLarge(path, size, most);
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  // An error of the file reaches the loop below through what unpacks it.
  const pieces = packed ? pipeline(file, createGunzip({ chunkSize: 2 ** 18 }), () => {}) : file;
  let total = 0;
  try {
    for await (const piece of pieces as AsyncIterable<Uint8Array>) {
      total += piece.length;
      refuseLarge(path, total, limit);
      yield piece;
    }
  } catch (cause) {
    throw cause instanceof LatError ? cause : readError(path, cause);
  }
}

/** @throws {LatError} where a file has more bytes than are read */
export function refuseLarge(path: string, bytes: number, most: number): void {
  if (bytes <= most) return;
  throw new LatError(
    `${path} has more than ${Math.floor(most / 2 ** 20)} MiB, unpacked; no more is read: give a part of it`,
  );
}

export function tooManyRows(path: string): LatError {
  return new LatError(`${path} has more than ${MOST_ROWS} rows; no more are read: give a part of it`);
}

function readError(path: string, cause: unknown): LatError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (!code.startsWith("Z_")) return fileError("read", path, cause);
  const what = code === "Z_BUF_ERROR" ? "end too early" : `are damaged (${(cause as Error).message})`;
  return new LatError(`${path}: the gzip data ${what}; expected a complete file: fetch it again`, { cause });
}
