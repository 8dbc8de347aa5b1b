import { LatError, readJson } from "lat-system";
import type { z } from "zod";

/** A JSON file of a known shape; a wrong one is answered with the file, the place and what was expected there. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, expected: string): Promise<T> {
  const result = schema.safeParse(await readJson(path));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new LatError(`${path}, at ${issue.path.join(".") || "the top"}: ${issue.message}; expected ${expected}`);
}
