import { LatError, parseJson, quote, readText } from "lat-system";
import { z } from "zod";

/** How many of a file's problems are listed. */
const listed = 10;

/** Python writes these where JSON has no number for it; they are text here, which no field that is used accepts. */
const pythonNumbers = /^(NaN|-?Infinity)$/;

/**
 * The value of a Hugging Face `config.json`.
 *
 * @throws {LatError} naming the file, where it cannot be read, is not JSON, or has a key twice in one object
 */
export async function readPublishedConfig(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return parseJson(text, pythonNumbers);
  } catch (cause) {
    const found = text.trim() === "" ? "it is empty" : (cause as Error).message.slice(0, 200);
    throw new LatError(`cannot read ${path}: expected JSON, but ${found}`, { cause });
  }
}

/**
 * The fields of a `config.json` that the schema reads.
 *
 * @param kind for the message: "a Llama"
 * @throws {LatError} that names the fields that are missing, malformed or of a variant that is not computed here
 */
export function parsePublishedConfig<T>(schema: z.ZodType<T>, json: unknown, source: string, kind: string): T {
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const problems = error.issues.slice(0, listed).map(({ path, ...issue }) => {
    // Zod's own message lists all unknown keys, which the file makes as long as it likes.
    const message =
      issue.code === "unrecognized_keys" ? `${quote(issue.keys[0]!)} is not a setting known here` : issue.message;
    return `  ${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`;
  });
  const more = error.issues.length > listed ? `\n  and ${error.issues.length - listed} more` : "";
  throw new LatError(`${source} is not ${kind} that can be computed here:\n${problems.join("\n")}${more}`);
}

/** A size of a network. */
export const count = z.number().int().positive();

/** More than any published network has; each layer takes memory before its weights are looked for. */
export const maximumLayers = 1000;

/** Weights that are stored in another form than floats, which `quantization_config` describes. */
export const unquantised = z.null().optional();
