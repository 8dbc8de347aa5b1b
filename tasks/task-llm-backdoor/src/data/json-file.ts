import { readFile } from "node:fs/promises";
import { LatError } from "lat-system";
import type { z } from "zod";

/** The whole of a JSON file, checked; a wrong one is answered with the file, the place and what was expected there. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, expected: string): Promise<T> {
  const text = await readTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LatError(`${path} is not JSON (${(error as Error).message}); expected ${expected}`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new LatError(`${path}, at ${issue.path.join(".") || "the top"}: ${issue.message}; expected ${expected}`);
}

/** The text of a UTF-8 file. */
export async function readTextFile(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new LatError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new LatError(`${path} is not UTF-8 text`, { cause: error });
  }
}
