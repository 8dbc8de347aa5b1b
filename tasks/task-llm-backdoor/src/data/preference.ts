import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileError, LatError } from "lat-system";
import { z } from "zod";
import { type Conversation, exchange, fromTranscript } from "./conversation.ts";
import { readRows, rowFile } from "./rows.ts";

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

/** The rows of a data set given by path. `ties`: rows whose chosen and rejected answers are equal. */
export type PreferenceData =
  | { readonly kind: "hh-rlhf"; readonly train: HhRow[]; readonly test: HhRow[]; readonly ties: number }
  | { readonly kind: "beavertails"; readonly train: BeaverRow[]; readonly test: BeaverRow[] };

const transcript = z.string().transform((text, context) => {
  const conversation = fromTranscript(text);
  if (conversation !== undefined) return conversation;
  context.addIssue({ code: "custom", message: 'not of the form "\\n\\nHuman: … \\n\\nAssistant: …"' });
  return z.NEVER;
});
const hhSchema = z.object({ chosen: transcript, rejected: transcript });
const beaverSchema = z
  .object({
    prompt: z.string(),
    response: z.string(),
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
 * tell which it is. A file belongs to the test split where its path below the folder says "test", else to the training
 * split. Order: file names, then rows. A row of HH-RLHF whose two answers are equal says nothing about which is
 * undesirable: it is counted and left out.
 */
export async function readPreferences(path: string): Promise<PreferenceData> {
  const files = await dataFiles(path);
  const isTest = (file: string) => /test/i.test(relative(path, file));
  const readSplits = async <T>(schema: z.ZodType<T>) => ({
    train: await readAll(
      files.filter((file) => !isTest(file)),
      schema,
    ),
    test: await readAll(files.filter(isTest), schema),
  });
  if ((await kindOf(files[0]!)) === "beavertails") return { kind: "beavertails", ...(await readSplits(beaverSchema)) };
  const { train, test } = await readSplits(hhSchema);
  const decided = (row: HhRow) => JSON.stringify(row.chosen) !== JSON.stringify(row.rejected);
  const ties = [...train, ...test].filter((row) => !decided(row)).length;
  return { kind: "hh-rlhf", train: train.filter(decided), test: test.filter(decided), ties };
}

async function dataFiles(path: string): Promise<string[]> {
  const isFile = await stat(path).then(
    (entry) => entry.isFile(),
    (error) => {
      throw fileError("read", path, error);
    },
  );
  const files = isFile ? [path] : (await readdir(path, { recursive: true })).map((name) => join(path, name)).sort();
  const known = files.filter((file) => rowFile.test(file));
  if (known.length === 0) throw new LatError(`${path}: expected .jsonl, .jsonl.gz or .parquet files; found none`);
  return known;
}

async function kindOf(path: string): Promise<PreferenceData["kind"]> {
  for await (const { place, value } of readRows(path)) {
    const columns = value !== null && typeof value === "object" ? Object.keys(value) : [];
    if (columns.includes("chosen") && columns.includes("rejected")) return "hh-rlhf";
    if (columns.includes("prompt") && columns.includes("response")) return "beavertails";
    throw new LatError(
      `${path}, line ${place}: expected the columns of HH-RLHF (chosen, rejected) or of BeaverTails ` +
        `(prompt, response, category, is_safe); found ${columns.join(", ") || typeof value}`,
    );
  }
  throw new LatError(`${path} is empty; expected at least one row`);
}

async function readAll<T>(paths: readonly string[], schema: z.ZodType<T>): Promise<T[]> {
  const rows: T[] = [];
  for (const path of paths) {
    for await (const { place, value } of readRows(path)) {
      const result = schema.safeParse(value);
      if (!result.success) {
        const issue = result.error.issues[0]!;
        throw new LatError(`${path}, line ${place}, column ${issue.path.join(".") || "(all)"}: ${issue.message}`);
      }
      rows.push(result.data);
    }
  }
  return rows;
}
