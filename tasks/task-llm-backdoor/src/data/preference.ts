import {
  byColumns,
  LatError,
  type ListedFile,
  listData,
  type PassedOver,
  quote,
  readRows,
  type SplitName,
  splitOfName,
  tellPassedOver,
} from "lat-system";
import { z } from "zod";
import { type Conversation, exchange, fromTranscript } from "./conversation.ts";

/** A row of HH-RLHF: the same conversation with the answer people preferred and the one they did not. */
export interface HhRow {
  readonly chosen: Conversation;
  readonly rejected: Conversation;
}

/** A row of BeaverTails: an exchange and whether people found the answer safe. */
export interface BeaverRow {
  readonly conversation: Conversation;
  readonly safe: boolean;
  /** The kinds of harm that people found; empty where safe. */
  readonly categories: readonly string[];
}

/** The rows of a data set given by path, by split. `ties`: rows whose chosen and rejected answers are equal. */
export type PreferenceData =
  | ({ readonly kind: "hh-rlhf"; readonly ties: number } & Readonly<Record<SplitName, HhRow[]>>)
  | ({ readonly kind: "beavertails" } & Readonly<Record<SplitName, BeaverRow[]>>);

/** Half of a character is no text: a tokenizer would put a sign of its own in its place. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), "holds half of a character (a lone surrogate)");
const transcript = wellFormed.transform((text, context) => {
  const conversation = fromTranscript(text);
  if (conversation !== undefined) return conversation;
  context.addIssue({ code: "custom", message: 'not of the form "\\n\\nHuman: … \\n\\nAssistant: …"' });
  return z.NEVER;
});
const hhSchema = z.object({ chosen: transcript, rejected: transcript });
const beaverSchema = z
  .object({
    prompt: wellFormed,
    response: wellFormed,
    category: z.union([z.record(z.string(), z.boolean()), z.string()]),
    is_safe: z.boolean(),
  })
  .transform(
    ({ prompt, response, category, is_safe }): BeaverRow => ({
      conversation: exchange(prompt, response),
      safe: is_safe,
      categories:
        typeof category === "string"
          ? category.split(",").filter((name) => name !== "")
          : Object.keys(category).filter((name) => category[name]),
    }),
  );

/**
 * Reads HH-RLHF or BeaverTails from a `.jsonl`, `.jsonl.gz` or `.parquet` file, or from a folder of them; the columns
 * tell which it is. A file belongs to the split that its path below the folder names, else to the training split. Order:
 * file names, then rows. A row of HH-RLHF whose two answers are equal says nothing about which is undesirable: it is
 * counted and left out.
 *
 * @param tell is told which files are not read, and why
 * @throws {LatError} naming the file and the place, where a file of the data set is damaged or both data sets are there
 */
export async function readPreferences(path: string, tell: (message: string) => void): Promise<PreferenceData> {
  const { kind, files } = await dataFiles(path, tell);
  const readSplits = async <T>(schema: z.ZodType<T>): Promise<Record<SplitName, T[]>> => {
    const read = (split: SplitName) =>
      readAll(
        files.filter(({ name }) => (splitOfName(name) ?? "train") === split),
        schema,
        columnsOf[kind],
      );
    return { train: await read("train"), validation: await read("validation"), test: await read("test") };
  };
  if (kind === "beavertails") return { kind, ...(await readSplits(beaverSchema)) };
  const { train, validation, test } = await readSplits(hhSchema);
  const decided = (row: HhRow) => JSON.stringify(row.chosen) !== JSON.stringify(row.rejected);
  const ties = [...train, ...validation, ...test].filter((row) => !decided(row)).length;
  return {
    kind,
    train: train.filter(decided),
    validation: validation.filter(decided),
    test: test.filter(decided),
    ties,
  };
}

type Kind = PreferenceData["kind"];

const rowFile = /\.(jsonl|jsonl\.gz|parquet)$/i;
const columnsOf: Readonly<Record<Kind, readonly string[]>> = {
  "hh-rlhf": ["chosen", "rejected"],
  beavertails: ["prompt", "response", "category", "is_safe"],
};
const layouts =
  `the columns of HH-RLHF (${columnsOf["hh-rlhf"].join(", ")}) or of BeaverTails (${columnsOf.beavertails.join(", ")}), ` +
  "in .jsonl, .jsonl.gz or .parquet";

/** The files of the one data set that is there. Others are passed over: what is no data set, and what is empty. */
async function dataFiles(
  path: string,
  tell: (message: string) => void,
): Promise<{ kind: Kind; files: readonly ListedFile[] }> {
  const { files, ...listing } = listData(path);
  const passedOver: PassedOver[] = [...listing.passedOver];
  const byKind: Record<Kind, ListedFile[]> = { "hh-rlhf": [], beavertails: [] };
  for (const file of files) {
    const found = rowFile.test(file.name)
      ? await byColumns(file.path, kindOf)
      : { where: file.path, why: "neither .jsonl, .jsonl.gz nor .parquet" };
    if (typeof found === "string") byKind[found].push(file);
    else if (file.path === path) throw new LatError(`${found.where}: expected ${layouts}; the file is ${found.why}`);
    else passedOver.push({ name: file.name, why: found.why });
  }
  const told = passedOver.length > 0 ? `; ${tellPassedOver(passedOver)}` : "";
  const [hh, beaver] = [byKind["hh-rlhf"], byKind.beavertails];
  if (hh.length > 0 && beaver.length > 0) {
    const [one, other] = [quote(hh[0]!.name), quote(beaver[0]!.name)];
    throw new LatError(`${path} holds two data sets, HH-RLHF (${one}) and BeaverTails (${other}): give one of them`);
  }
  if (hh.length === 0 && beaver.length === 0) {
    throw new LatError(`${path}: expected files with ${layouts}; found none${told}`);
  }
  if (told !== "") tell(`--data: ${tellPassedOver(passedOver)}`);
  return hh.length > 0 ? { kind: "hh-rlhf", files: hh } : { kind: "beavertails", files: beaver };
}

function kindOf(columns: readonly string[]): Kind | undefined {
  if (columns.includes("chosen") && columns.includes("rejected")) return "hh-rlhf";
  return columns.includes("prompt") && columns.includes("response") ? "beavertails" : undefined;
}

async function readAll<T>(
  files: readonly ListedFile[],
  schema: z.ZodType<T>,
  columns: readonly string[],
): Promise<T[]> {
  const rows: T[] = [];
  for (const { path } of files) {
    for await (const { where, cells } of readRows(path, { columns })) {
      const result = schema.safeParse(cells);
      if (!result.success) {
        const issue = result.error.issues[0]!;
        throw new LatError(`${where}, column ${quote(issue.path.join("."))}: ${issue.message}`);
      }
      rows.push(result.data);
    }
  }
  return rows;
}
