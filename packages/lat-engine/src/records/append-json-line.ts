import { appendFileSync } from "node:fs";
import { fileError } from "lat-system";

/** Adds a value to a file of one JSON value a line. */
export function appendJsonLine(path: string, value: unknown): void {
  try {
    appendFileSync(path, `${JSON.stringify(value)}\n`);
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}
