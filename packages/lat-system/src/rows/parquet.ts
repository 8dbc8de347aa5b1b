import { crc32, gunzipSync } from "node:zlib";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { getTreePath } from "hyparquet/src/schema.js";
import { compressors } from "hyparquet-compressors";
import { LatError } from "../errors.ts";
import { fileKind, fileKindBytes } from "../file-kind.ts";
import { fileError } from "../files.ts";
import { quote } from "../quote.ts";
import { LARGEST_FILE, MOST_ROWS, refuseLarge, tooManyRows } from "./bytes.ts";
import type { Row } from "./rows.ts";

/** Values of a group of rows that are read at most: a few bytes can state any number of them. */
const MOST_VALUES = 2 ** 26;

/**
 * Rows of a parquet file. Texts that are not UTF-8 stay bytes. A group of rows is in memory at a time.
 *
 * @param wanted columns that are read; the others are undefined, so that what is odd in them harms nothing. Default: all
 * @throws {LatError} where the file is no parquet file, is cut or damaged, or unpacks to too much
 */
export async function* parquetRows(path: string, wanted?: readonly string[]): AsyncGenerator<Row> {
  const file = await asyncBufferFromFile(path).catch((cause) => {
    throw fileError("read", path, cause);
  });
  refuseLarge(path, file.byteLength, LARGEST_FILE);
  if (file.byteLength === 0) return;
  const kind = fileKind(new Uint8Array(await attempt(path, async () => file.slice(0, fileKindBytes))));
  if (kind !== "a Parquet file") throw new LatError(`${path} is ${kind ?? "no parquet file"}; expected a parquet file`);
  const metadata = await attempt(path, () => parquetMetadataAsync(file, { geoparquet: false }));
  const names = await columnNames(path, metadata);
  const columns = wanted === undefined ? names : names.filter((name) => wanted.includes(name));
  const unread = Object.fromEntries(names.map((name) => [name, undefined]));
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows !== Number(metadata.num_rows))
    throw new LatError(`${path}: its parts state ${rows} rows, the whole ${metadata.num_rows}`);
  if (rows > MOST_ROWS) throw tooManyRows(path);
  let place = 0;
  let unpacked = 0;
  for (const group of metadata.row_groups) {
    const chunks = group.columns.flatMap(({ meta_data: chunk }) => {
      if (chunk === undefined) throw new LatError(`${path}: its columns are in other files; expected one whole file`);
      return columns.includes(chunk.path_in_schema[0]!) ? [chunk] : [];
    });
    const stated = chunks.reduce((sum, { num_values }) => sum + Number(num_values), 0);
    if (stated > MOST_VALUES) {
      throw new LatError(
        `${path} states ${stated} values in a group of rows; at most ${MOST_VALUES} are read: write smaller groups`,
      );
    }
    for (const chunk of chunks) {
      unpacked += await attempt(path, () => checkPages(file, chunk));
      refuseLarge(path, unpacked, LARGEST_FILE);
    }
    const options = { file, metadata, columns, compressors: unpackers, parsers: { stringFromBytes: textOrBytes } };
    const rowEnd = place + Number(group.num_rows);
    const read = await attempt(path, () => parquetReadObjects({ ...options, rowStart: place, rowEnd }));
    for (const cells of read) {
      place += 1;
      yield { where: `${path}, row ${place}`, cells: { ...unread, ...cells } };
    }
  }
}

type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

/** Those of the library, but for gzip, whose checksum it does not look at; that for LZ4 knows no empty page. */
const unpackers = Object.fromEntries(
  Object.entries<Unpack>({
    ...compressors,
    GZIP: (packed, length) => gunzipSync(packed, { maxOutputLength: length }),
  }).map(([codec, unpack]): [string, Unpack] => [
    codec,
    (packed, length) => (length === 0 ? new Uint8Array() : unpack(packed, length)),
  ]),
);

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = quote(cause instanceof Error ? cause.message : String(cause), 200);
    throw new LatError(`${path}: expected a whole parquet file; ${reason}`, { cause });
  }
}

/** The names, where none comes twice and all parts of the file are of one of them: else the library's promise is left behind. */
async function columnNames(path: string, metadata: FileMetaData): Promise<string[]> {
  const tree = await attempt(path, async () => {
    const root = parquetSchema(metadata);
    for (const { columns } of metadata.row_groups) {
      for (const { meta_data: column } of columns) if (column) getTreePath(root, column.path_in_schema);
    }
    return root;
  });
  const names = tree.children.map(({ element }) => element.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new LatError(`${path}: two columns are named ${quote(twice)}; rename one of them`);
  return names;
}

/**
 * Goes through the pages of a column: their checksums, where they have any, and the number of their values are right.
 *
 * @returns the bytes that the pages state to have, unpacked
 */
async function checkPages(file: AsyncBuffer, column: ColumnMetaData): Promise<number> {
  const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
  const bytes = await file.slice(start, start + Number(column.total_compressed_size));
  const reader = { view: new DataView(bytes), offset: 0 };
  let values = 0;
  let unpacked = 0;
  while (reader.offset < bytes.byteLength) {
    const page = parquetHeader(reader);
    const content = new Uint8Array(bytes, reader.offset, page.compressed_page_size);
    if (page.crc !== undefined && page.crc >>> 0 !== crc32(content)) throw new Error("a checksum is wrong");
    reader.offset += content.length;
    values += (page.data_page_header ?? page.data_page_header_v2)?.num_values ?? 0;
    unpacked += page.uncompressed_page_size;
  }
  if (values !== Number(column.num_values)) throw new Error(`a column has ${values} of ${column.num_values} values`);
  return unpacked;
}

function textOrBytes(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
