import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { EmptyFileError, fileError, LatError } from "lat-system";

/** A row of a data file and its place in it, counted from 1: the line of a text file, the row of a parquet file. */
export interface Row {
  readonly place: number;
  readonly value: unknown;
}

/** The endings of files that `readRows` reads. */
export const rowFile = /\.(jsonl|jsonl\.gz|parquet)$/i;

/** Rows of a JSON-lines file (`.jsonl`, `.jsonl.gz`) or of a parquet file, in order. An error names file and line. */
export async function* readRows(path: string): AsyncGenerator<Row> {
  const file = await stat(path).catch((error) => {
    throw fileError("read", path, error);
  });
  if (file.size === 0) throw new EmptyFileError(path);
  if (/\.parquet$/i.test(path)) yield* readParquet(path);
  else yield* readJsonLines(path);
}

async function* readJsonLines(path: string): AsyncGenerator<Row> {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let place = 0;
  for await (const bytes of linesOf(path)) {
    place += 1;
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch (error) {
      throw new LatError(`${path}, line ${place}: expected UTF-8 text; the line holds other bytes`, { cause: error });
    }
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const start = text.length > 60 ? `${text.slice(0, 60)}…` : text;
      throw new LatError(`${path}, line ${place}: expected a JSON object; found ${start}`, { cause: error });
    }
    yield { place, value };
  }
  if (place === 0) throw new EmptyFileError(path);
}

/** The bytes between newlines. */
async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  let lines = 0;
  try {
    for await (const chunk of bytesOf(path)) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([rest, chunk.subarray(start, end)]);
        rest = Buffer.alloc(0);
        lines += 1;
        start = end + 1;
      }
      rest = Buffer.concat([rest, chunk.subarray(start)]);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what =
      code === "Z_BUF_ERROR"
        ? `the gzip data end too early, after line ${lines}; expected a complete file: fetch it again`
        : (error as Error).message;
    throw new LatError(`${path}: ${what}`, { cause: error });
  }
  if (rest.length > 0) yield rest;
}

function bytesOf(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path);
  if (!/\.gz$/i.test(path)) return file;
  const unpacked = createGunzip();
  file.on("error", (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
}

async function* readParquet(path: string): AsyncGenerator<Row> {
  let values: Record<string, unknown>[];
  try {
    values = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  } catch (error) {
    throw new LatError(`${path}: expected a parquet file; ${(error as Error).message}`, { cause: error });
  }
  if (values.length === 0) throw new EmptyFileError(path);
  for (const [i, value] of values.entries()) yield { place: i + 1, value };
}
