import {
  byColumns,
  LatError,
  listData,
  type PassedOver,
  rowFile,
  type SplitName,
  splitOfName,
  tellPassedOver,
} from "lat-system";
import type { Reading } from "./given.ts";

/** A file of texts, and the split that its name says. */
export interface Table {
  readonly path: string;
  readonly split?: SplitName | undefined;
}

/**
 * The file at `path`, or the files below that folder which have the columns of text and label. Where some are named as
 * splits (`train.csv`, `test/a.jsonl`) and no column says the split, the others are to train on.
 *
 * @param tell is told which files are not read, and why
 * @throws {LatError} where there is none, or one is damaged
 */
export async function findTables(
  path: string,
  { columns }: Pick<Reading, "columns">,
  tell: (message: string) => void,
): Promise<Table[]> {
  const { files, ...listing } = listData(path);
  if (files[0]?.path === path) return [{ path }];
  const tables: Table[] = [];
  const passedOver: PassedOver[] = [...listing.passedOver];
  for (const file of files) {
    const found = rowFile.test(file.name)
      ? await byColumns(
          file.path,
          (names) => [columns.text, columns.label].every((name) => names.includes(name)) || undefined,
        )
      : { why: "of no format that is read" };
    const split = columns.split === null ? splitOfName(file.name) : undefined;
    if (found === true) tables.push({ path: file.path, split });
    else passedOver.push({ name: file.name, why: found.why });
  }
  const told = passedOver.length > 0 ? tellPassedOver(passedOver) : "";
  if (tables.length === 0) {
    throw new LatError(
      `${path}: expected files with the columns ${columns.text} and ${columns.label}, in .csv, .tsv or .jsonl (each also ` +
        `.gz) or .parquet; found none${told && `; ${told}`}`,
    );
  }
  if (told !== "") tell(`${path}: ${told}`);
  // Where there is one split alone, all are drawn from it.
  const named = new Set(tables.map(({ split = "train" }) => split)).size > 1;
  return tables.map(({ path, split = "train" }) => (named ? { path, split } : { path }));
}
