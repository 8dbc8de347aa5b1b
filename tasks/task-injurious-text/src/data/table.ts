import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { fileError, LatError, unknownName } from "lat-system";

/** A row of a data file, its cells by column. */
export interface Row {
  /** For messages: the file and the row's number, counted from 1. */
  readonly where: string;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** A text longer than this, in characters, is a sign of a file that is read wrongly rather than of a text. */
const LONGEST = 100_000;

/**
 * Rows of a file of comma-separated values with a header (`.csv`; lines in front of it that begin with `#` are comments)
 * or of one JSON object a line (`.jsonl`).
 *
 * @throws LatError naming the file and the line or row, where it cannot be read, is empty or is neither
 */
export async function readTable(path: string): Promise<Row[]> {
  const kind = /\.(csv|jsonl)$/.exec(path)?.[1];
  if (!kind) throw new LatError(`${path}: expected a file that ends in .csv or .jsonl`);
  const bytes = await readFile(path).catch((cause) => {
    throw fileError("read", path, cause);
  });
  const text = decode(bytes, path);
  const rows = kind === "csv" ? parseCsv(text, path) : parseJsonLines(text, path);
  if (rows.length === 0) throw new LatError(`${path} has no rows; expected at least one`);
  return rows.map((cells, i) => ({ where: `${path}, row ${i + 1}`, cells }));
}

/** @throws LatError naming the columns that there are */
export function requireColumns(rows: readonly Row[], columns: readonly string[], path: string): void {
  const known = Object.keys(rows[0]!.cells);
  const missing = columns.find((column) => !known.includes(column));
  if (missing !== undefined) throw new LatError(`${path}: ${unknownName("column", missing, known)}`);
}

/** @throws LatError where a cell is not a text, is empty or is absurdly long */
export function textOf({ where, cells }: Row, column: string): string {
  const text = cells[column];
  if (typeof text !== "string") throw new LatError(`${where}: ${column} is ${JSON.stringify(text)}, expected a text`);
  if (text.trim() === "") throw new LatError(`${where}: ${column} is empty, expected a text; remove the row`);
  if (text.length > LONGEST) {
    throw new LatError(
      `${where}: ${column} has ${text.length} characters, expected at most ${LONGEST}: is a quote not closed, or is this another column?`,
    );
  }
  return text;
}

/** @throws LatError where a cell is not a number from 0 to 1 */
export function scoreOf({ where, cells }: Row, column: string): number {
  const cell = cells[column];
  const score = typeof cell === "string" && cell.trim() !== "" ? Number(cell) : cell;
  if (typeof score === "boolean") return Number(score);
  if (typeof score !== "number" || !(score >= 0 && score <= 1)) {
    throw new LatError(`${where}: ${column} is ${JSON.stringify(cell) ?? "missing"}, expected a score from 0 to 1`);
  }
  return score;
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const line = lineOfInvalidUtf8(bytes);
    throw new LatError(`${path}, line ${line}: expected UTF-8 text; the line holds other bytes: convert the file`, {
      cause,
    });
  }
}

/** A newline is never a part of another character in UTF-8, so each line is valid or not by itself. */
function lineOfInvalidUtf8(bytes: Uint8Array): number {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  for (let line = 1, start = 0; ; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    try {
      utf8.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
}

function parseCsv(text: string, path: string): Record<string, string>[] {
  try {
    return parse(text.replace(/^(#.*\r?\n)+/, ""), { columns: true, skip_empty_lines: true });
  } catch (cause) {
    throw new LatError(`${path}: not comma-separated values: ${(cause as Error).message}`, { cause });
  }
}

function parseJsonLines(text: string, path: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return [value as Record<string, unknown>];
    throw new LatError(`${path}, line ${i + 1}: expected a JSON object; found ${line.slice(0, 60)}`);
  });
}
