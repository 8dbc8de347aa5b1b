import { EmptyFileError, LatError } from "../errors.ts";
import { MOST_ROWS, tooManyRows } from "./bytes.ts";
import { csvRows } from "./csv.ts";
import { jsonLineRows } from "./json-lines.ts";
import { parquetRows } from "./parquet.ts";

/** A row of a data file, its values by column. */
export interface Row {
  /** For messages: the file, and the line on which the row begins or, of a parquet file, its number; counted from 1. */
  readonly where: string;
  /** Texts, in a `.csv` or `.tsv` file; else whatever JSON or parquet holds. */
  readonly cells: Readonly<Record<string, unknown>>;
}

export interface ReadRowsOptions {
  /** Whether lines in front of a header of separated values that begin with `#` are comments; default: false. */
  readonly comments?: boolean;
  /** The columns that are wanted: of a parquet file no others are read, these being undefined. Default: all. */
  readonly columns?: readonly string[];
}

/** The names of files that `readRows` reads. */
export const rowFile = /\.(csv|tsv|jsonl)(\.gz)?$|\.(parquet)$/i;

/**
 * Rows of a data file, in order: values separated by commas (`.csv`) or tabs (`.tsv`) below a header, one JSON object a line
 * (`.jsonl`), each of these also packed (`.gz`), or `.parquet`. Text is UTF-8, or UTF-16 with a byte order mark.
 *
 * Nothing is guessed or left out: what is not such a file, is cut or damaged, has a row that differs from its header or a
 * name twice, or is larger than fits (1 GiB unpacked, 16 MiB a row, 4 million rows) is refused with the file and the line.
 *
 * @throws {LatError} so; an `EmptyFileError` where the file has no rows, a `NoRowError` where a line is JSON but no object
 */
export async function* readRows(path: string, options: ReadRowsOptions = {}): AsyncGenerator<Row> {
  let rows = 0;
  for await (const row of rowsOf(path, options)) {
    rows += 1;
    if (rows > MOST_ROWS) throw tooManyRows(path);
    yield row;
  }
  if (rows === 0) throw new EmptyFileError(path);
}

function rowsOf(path: string, { comments = false, columns }: ReadRowsOptions): AsyncGenerator<Row> {
  const ending = rowFile.exec(path);
  switch ((ending?.[1] ?? ending?.[3])?.toLowerCase()) {
    case "csv":
      return csvRows(path, { delimiter: ",", comments });
    case "tsv":
      return csvRows(path, { delimiter: "\t", comments });
    case "jsonl":
      return jsonLineRows(path);
    case "parquet":
      return parquetRows(path, columns);
  }
  throw new LatError(`${path}: expected a file that ends in .csv, .tsv or .jsonl, each also with .gz, or in .parquet`);
}
