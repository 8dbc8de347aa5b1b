import { EmptyFileError, NoRowError } from "../errors.ts";
import { quote } from "../quote.ts";
import { readRows } from "./rows.ts";

/** A file of other rows than those that are wanted: the place that shows it, and what it is. */
export interface Foreign {
  readonly where: string;
  readonly why: string;
}

/**
 * What a file's first row shows: what `recognise` makes of its columns, or how the file is of another kind where that is
 * undefined, or where it has no rows. A damaged file is neither.
 *
 * @throws {LatError} where the first row cannot be read
 */
export async function byColumns<T>(
  path: string,
  recognise: (columns: readonly string[]) => T | undefined,
): Promise<T | Foreign> {
  try {
    for await (const { where, cells } of readRows(path, { columns: [] })) {
      const columns = Object.keys(cells);
      return recognise(columns) ?? { where, why: `of another kind, with the columns ${quote(columns.join(", "))}` };
    }
  } catch (error) {
    if (error instanceof NoRowError) return { where: error.where, why: "of another kind, without JSON objects" };
    if (!(error instanceof EmptyFileError)) throw error;
  }
  return { where: path, why: "without rows" };
}
