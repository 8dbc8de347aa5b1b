import { LatError, NoRowError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { quote } from "../quote.ts";
import { blocksOf } from "./blocks.ts";
import type { Row } from "./rows.ts";

/** What JSON.parse would refuse or round, though another program wrote it on purpose. */
const inexact = /^(NaN|-?Infinity|-?\d{16,})$/;

/** Python writes NaN for a missing value, which is no text; the digits of a long number are exact as text alone. */
const exact = (scalar: string) => (/\d$/.test(scalar) ? scalar : null);

/** Rows of a file with one JSON object a line. A line end is never a part of valid JSON, so that each kind of it counts. */
export async function* jsonLineRows(path: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const block of blocksOf(path)) {
    for (let start = 0; start < block.length; ) {
      let end = start;
      while (end < block.length && block[end] !== "\n" && block[end] !== "\r") end++;
      const text = block.slice(start, end);
      line += 1;
      start = end + (block.startsWith("\r\n", end) ? 2 : 1);
      if (text.trim() === "") continue;
      const where = `${path}, line ${line}`;
      yield { where, cells: parseObject(text, where) };
    }
  }
}

function parseObject(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text, inexact, exact);
  } catch (cause) {
    const reason = quote((cause as Error).message, 120);
    throw new LatError(`${where}: expected a JSON object; found ${quote(text, 60)}: ${reason}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new NoRowError(where, quote(text, 60));
}
