import {
  cellOf,
  LatError,
  quote,
  type Row,
  readRows,
  type SplitName,
  shown,
  splitOfWord,
  textOf,
  unknownName,
} from "lat-system";
import { z } from "zod";
import type { LabelledText } from "./labelled-text.ts";
import { harmfulOf, type LabelCounts, type Meaning, noCounts } from "./labels.ts";
import { splitNames } from "./split.ts";
import type { Table } from "./tables.ts";

/** Where a user's file has what. */
export const columnsSchema = z.strictObject({
  text: z.string().default("text"),
  label: z.string().default("label"),
  /** Texts with one value here are never in two splits; null: every text by itself. */
  group: z.string().nullable().default(null),
  /** Says train, validation or test; null: the splits are drawn. */
  split: z.string().nullable().default(null),
});
type Columns = z.infer<typeof columnsSchema>;

/** What of the task's options says how a file is read. */
export interface Reading extends Meaning {
  readonly columns: Columns;
}

/** A text as a row of a file has it. */
export interface GivenText extends LabelledText {
  /** The file and the row, for messages. */
  readonly where: string;
}

/** The texts of a user's file, row by row; their labels are added to `counts`. An error names file and line. */
export async function* givenTexts(
  { path, split }: Table,
  reading: Reading,
  counts: LabelCounts,
): AsyncGenerator<GivenText> {
  const { columns } = reading;
  for await (const row of readRows(path)) {
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

/** The texts of a user's files. A text that comes twice is taken once. */
export async function readTexts(
  tables: readonly Table[],
  reading: Reading,
): Promise<{ texts: GivenText[]; labels: LabelCounts }> {
  const labels = noCounts();
  const texts = new Map<string, GivenText>();
  const groups = new Map<string, GivenText>();
  for (const table of tables) {
    for await (const read of givenTexts(table, reading, labels)) {
      const earlier = texts.get(read.text);
      if (earlier && earlier.harmful !== read.harmful) {
        throw new LatError(`${read.where}: the text of ${earlier.where} again, with another label; keep one of them`);
      }
      refuseTwoSplits(earlier, read);
      refuseTwoSplits(groups.get(read.group), read);
      if (!earlier) texts.set(read.text, read);
      groups.set(read.group, read);
    }
  }
  return { texts: [...texts.values()], labels };
}

/** @throws {LatError} where a row has no group: rows without one are not one group */
function groupOf(row: Row, column: string): string {
  const cell = cellOf(row, column);
  const isGroup = typeof cell === "string" ? cell.trim() !== "" : ["number", "bigint", "boolean"].includes(typeof cell);
  if (isGroup) return String(cell);
  throw new LatError(
    `${row.where}, column ${quote(column)}: expected a group, as text or number; found ${shown(cell)}`,
  );
}

function splitOf(row: Row, column: string): SplitName {
  const name = cellOf(row, column);
  const received = typeof name === "string" ? name : shown(name);
  const split = splitOfWord(received);
  if (split === undefined) throw new LatError(`${row.where}: ${unknownName(column, received, splitNames)}`);
  return split;
}

function refuseTwoSplits(one: GivenText | undefined, other: GivenText): void {
  if (!one || one.split === other.split) return;
  throw new LatError(
    `the group ${quote(other.group, 60)} is in two splits: ${one.split} (${one.where}) and ${other.split} (${other.where}); ` +
      "put it into one, or what is measured was trained on",
  );
}
