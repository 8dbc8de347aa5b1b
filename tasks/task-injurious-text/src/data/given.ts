import { LatError, unknownName } from "lat-system";
import { z } from "zod";
import { isHarmful, type LabelledText } from "./labelled-text.ts";
import { type SplitName, type Splits, splitNames } from "./split.ts";
import { type Row, readTable, requireColumns, scoreOf, textOf } from "./table.ts";

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
export interface Reading {
  readonly columns: Columns;
  /** The labels that mean harmful; null: labels are scores from 0 to 1, harmful from 0.5 on. */
  readonly harmful: readonly (string | number)[] | null;
}

/** The texts of a user's file, and their splits where it has them. A text that comes twice is taken once. */
export async function readTexts(
  path: string,
  { columns, harmful }: Reading,
): Promise<{ texts: LabelledText[]; splits?: Splits }> {
  const rows = await readTable(path);
  const wanted = [columns.text, columns.label, columns.group, columns.split].filter((column) => column !== null);
  requireColumns(rows, wanted, path);
  const texts = new Map<string, LabelledText & { where: string; split: SplitName | undefined }>();
  for (const row of rows) {
    const text = textOf(row, columns.text);
    const label = harmful ? harmful.map(String).includes(String(row.cells[columns.label])) : undefined;
    const read = {
      text,
      harmful: label ?? isHarmful([scoreOf(row, columns.label)]),
      group: columns.group === null ? text : String(row.cells[columns.group]),
      where: row.where,
      split: columns.split === null ? undefined : splitOf(row, columns.split),
    };
    const earlier = texts.get(text);
    if (earlier && earlier.harmful !== read.harmful) {
      throw new LatError(`${row.where}: the text of ${earlier.where} again, with another label; keep one of them`);
    }
    refuseTwoSplits(earlier, read);
    if (!earlier) texts.set(text, read);
  }
  const all = [...texts.values()];
  if (columns.split === null) return { texts: all };
  const first = new Map<string, (typeof all)[number]>();
  for (const text of all) {
    refuseTwoSplits(first.get(text.group), text);
    first.set(text.group, text);
  }
  const of = (name: SplitName) => all.filter(({ split }) => split === name);
  return { texts: all, splits: { train: of("train"), validation: of("validation"), test: of("test") } };
}

function splitOf({ where, cells }: Row, column: string): SplitName {
  const name = String(cells[column]) as SplitName;
  if (!splitNames.includes(name)) throw new LatError(`${where}: ${unknownName(column, name, splitNames)}`);
  return name;
}

interface Placed {
  readonly group: string;
  readonly where: string;
  readonly split: SplitName | undefined;
}

function refuseTwoSplits(one: Placed | undefined, other: Placed): void {
  if (!one || one.split === other.split) return;
  const group = other.group.length > 60 ? `${other.group.slice(0, 60)}…` : other.group;
  throw new LatError(
    `the group "${group}" is in two splits: ${one.split} (${one.where}) and ${other.split} (${other.where}); ` +
      "put it into one, or what is measured was trained on",
  );
}
