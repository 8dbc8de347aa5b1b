import { readFile } from "node:fs/promises";
import { fileError, LatError } from "lat-system";
import { z } from "zod";

/** The text of a file, or undefined where there is none. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError("read", file, error);
  }
}

/**
 * The validated content of a JSON file, or undefined where there is no such file.
 * `what` names the expected content in errors: a sweep's summary, a run's result.
 */
export async function readJson<T>(file: string, schema: z.ZodType<T>, what: string): Promise<T | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : validate(parseJson(text, file, what), schema, file, what);
}

/** The validated lines of a JSON-lines file; none where there is no such file. */
export async function readJsonLines<T>(file: string, schema: z.ZodType<T>, what: string): Promise<T[]> {
  const lines = ((await readText(file)) ?? "").split("\n");
  // A run that was killed while it wrote leaves a last line without its line end: that line was never finished.
  lines.pop();
  return lines.map((line, index) => {
    const place = `${file}, line ${index + 1}`;
    return validate(parseJson(line, place, what), schema, place, what);
  });
}

/** The content of a file whose shape carries a version number in `schema`. */
export async function readVersioned<T extends { schema: number }>(
  file: string,
  schema: z.ZodType<T>,
  version: T["schema"],
  what: string,
): Promise<T | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const content = parseJson(text, file, what);
  const found = z.object({ schema: z.unknown() }).safeParse(content);
  if (found.success && found.data.schema !== version) {
    throw new LatError(
      `${file} is ${what} of schema ${JSON.stringify(found.data.schema)}; this version reads schema ${version}. ` +
        "Make the report with the version that wrote the folder, or run it again with this one.",
    );
  }
  return validate(content, schema, file, what);
}

function parseJson(text: string, place: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LatError(`${place}: expected ${what} as JSON; ${(error as Error).message}`, { cause: error });
  }
}

function validate<T>(content: unknown, schema: z.ZodType<T>, place: string, what: string): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const { issues } = result.error;
  const first = issues.slice(0, 3).map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`);
  const more = issues.length > first.length ? ` (and ${issues.length - first.length} more)` : "";
  throw new LatError(`${place} is not ${what}: ${first.join("; ")}${more}`, { cause: result.error });
}
