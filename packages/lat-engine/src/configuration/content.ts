import { existsSync, readFileSync } from "node:fs";
import { fileError, LatError } from "lat-system";
import type { z } from "zod";
import { validateContent } from "./validate.ts";

/**
 * The value that JSON text holds, which the schema describes.
 *
 * @param source for messages: the file's path
 * @throws LatError naming the source: the text is no JSON, or the value is not what the schema says
 */
export function parseContent<T>(text: string, schema: z.ZodType<T>, source: string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    const found = text.trim() === "" ? "it is empty" : (cause as Error).message;
    throw new LatError(`${source} is not JSON: ${found}`, { cause });
  }
  return validateContent(schema, content, source);
}

/** The value that a JSON file holds. Throws as `parseContent` does, and where the file cannot be read. */
export function readContent<T>(path: string, schema: z.ZodType<T>): T {
  return parseContent(textOf(path), schema, path);
}

/** The same, undefined where there is no such file. */
export function readContentIfThere<T>(path: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(path) ? readContent(path, schema) : undefined;
}

/**
 * The whole lines of a file of one JSON value a line; none where there is no such file. A last line without its line end
 * was cut short, by a kill or a full disk: it is left out.
 */
export function contentLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const lines = textOf(path).split(/(?<=\n)/);
  return lines.filter((line) => line.endsWith("\n"));
}

/** The values of these lines. */
export function readContentLines<T>(path: string, schema: z.ZodType<T>): T[] {
  return contentLines(path).map((line, index) => parseContent(line, schema, `${path} line ${index + 1}`));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}
