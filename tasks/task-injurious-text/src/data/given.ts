import {
  cellOf,
  LatError,
  quote,
  type Row,
  readRows,
  type SplitName,
  show,
  splitOfWord,
  textOf,
  unknownName,
} from "lat-system";
import { z } from "zod";
import { type KnownText, refuseTwoSplits } from "./known-text.ts";
import { harmfulOf, type LabelCounts, type Meaning, noCounts } from "./labels.ts";
import { splitNames } from "./split.ts";
import type { Table } from "./tables.ts";

/** Where a user's file has what. */
export const columnsSchema = z.strictObject({
  text: z.string().default("text").describe("The column of the texts."),
  label: z.string().default("label").describe("The column of the labels."),
  group: z
    .string()
    .nullable()
    .default(null)
    .describe("Texts with one value here are never in two splits; null: every text by itself."),
  split: z.string().nullable().default(null).describe("Says train, validation or test; null: the splits are drawn."),
});
type Columns = z.infer<typeof columnsSchema>;

/** What of the task's options says how a file is read. */
export interface Reading extends Meaning {
  readonly columns: Columns;
}

/** The texts of a user's file, row by row; their labels are added to `counts`. An error names file and line. */
export async function* givenTexts(
  { path, split }: Table,
  reading: Reading,
  counts: LabelCounts,
): AsyncGenerator<KnownText> {
  const { columns } = reading;
  const wanted = [columns.text, columns.label, columns.group, columns.split].filter((name) => name !== null);
  for await (const row of readRows(path, { columns: wanted })) {
    const text = textOf(row, columns.text);
    yield {
      text,
      harmful: harmfulOf(row, columns.label, reading, counts),
      group: columns.group === null ? text : groupOf(row, columns.group),
      where: row.where,
      split: columns.split === null ? split : splitOf(row, columns.split),
    };
  }
}

/**
 * The texts of a user's files, as many as these have rows, and how often they have which label.
 *
 * @throws {LatError} naming both places where a text or a group is in two splits
 */
export async function readTexts(
  tables: readonly Table[],
  reading: Reading,
): Promise<{ texts: KnownText[]; labels: LabelCounts }> {
  const labels = noCounts();
  const texts: KnownText[] = [];
  for (const table of tables) for await (const text of givenTexts(table, reading, labels)) texts.push(text);
  refuseTwoSplits(texts);
  return { texts, labels };
}

/** @throws {LatError} where a row has no group: rows without one are not one group */
function groupOf(row: Row, column: string): string {
  const cell = cellOf(row, column);
  const isGroup = typeof cell === "string" ? cell.trim() !== "" : ["number", "bigint", "boolean"].includes(typeof cell);
  if (isGroup) return String(cell);
  throw new LatError(`${row.where}, column ${quote(column)}: expected a group, as text or number; found ${show(cell)}`);
}

function splitOf(row: Row, column: string): SplitName {
  const name = cellOf(row, column);
  const received = typeof name === "string" ? name : show(name);
  const split = splitOfWord(received);
  if (split === undefined) throw new LatError(`${row.where}: ${unknownName(column, received, splitNames)}`);
  return split;
}
