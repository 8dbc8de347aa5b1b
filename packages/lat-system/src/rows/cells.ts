import { LatError } from "../errors.ts";
import { quote, show } from "../quote.ts";
import { unknownName } from "../suggest.ts";
import type { Row } from "./rows.ts";

/** A text longer than this, in characters, is a sign of a file that is read wrongly rather than of a text. */
const LONGEST_TEXT = 100_000;

/** @throws {LatError} naming the nearest of the columns that the row has, where this one is not among them */
export function cellOf({ where, cells }: Row, column: string): unknown {
  if (Object.hasOwn(cells, column)) return cells[column];
  throw new LatError(`${where}: ${unknownName("column", column, Object.keys(cells))}`);
}

/** @throws {LatError} where a cell is not a text, is empty, holds half a character or is absurdly long */
export function textOf(row: Row, column: string): string {
  const text = cellOf(row, column);
  const place = `${row.where}, column ${quote(column)}`;
  if (typeof text !== "string") throw new LatError(`${place}: expected a text; found ${show(text)}`);
  if (text.trim() === "") throw new LatError(`${place}: expected a text; it is empty: remove the row`);
  if (!text.isWellFormed())
    throw new LatError(`${place}: expected a text; it holds half of a character (a lone surrogate)`);
  if (text.length > LONGEST_TEXT) {
    throw new LatError(
      `${place}: expected a text of at most ${LONGEST_TEXT} characters; found ${text.length}: ` +
        "is a quote not closed, or is this another column?",
    );
  }
  return text;
}

/** A number as people and programs write it; Number() would also take "", "0x1" and "Infinity". */
const decimal = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** The number that a cell holds or spells out, or undefined. */
export function numberIn(cell: unknown): number | undefined {
  if (typeof cell === "number" || typeof cell === "bigint") return Number(cell);
  return typeof cell === "string" && decimal.test(cell) ? Number(cell) : undefined;
}

/** @throws {LatError} where a cell is neither a number from 0 to 1 nor a boolean (true: 1) */
export function scoreOf(row: Row, column: string): number {
  const cell = cellOf(row, column);
  const score = typeof cell === "boolean" ? Number(cell) : numberIn(cell);
  if (score !== undefined && score >= 0 && score <= 1) return score;
  throw new LatError(`${row.where}, column ${quote(column)}: expected a score from 0 to 1; found ${show(cell)}`);
}
