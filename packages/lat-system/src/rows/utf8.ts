import { LatError } from "../errors.ts";

/**
 * The text of UTF-8 bytes, a byte order mark included.
 *
 * @param line the number of the first line, for messages
 * @throws {LatError} naming file and line, where bytes are not UTF-8 or are zero
 */
export function decodeUtf8(bytes: Uint8Array, path: string, line = 1): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const at = line + linesBeforeInvalid(bytes);
    throw new LatError(`${path}, line ${at}: expected UTF-8 text; the line holds other bytes: convert the file`, {
      cause,
    });
  }
  const zero = text.indexOf("\0");
  if (zero === -1) return text;
  const at = line + lineEnds(text.slice(0, zero));
  throw new LatError(
    `${path}, line ${at}: expected text; the line holds a zero byte. UTF-16 is read where it begins with a byte order mark`,
  );
}

/** How many lines end in a text, however they end. */
export function lineEnds(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\n" || (text[i] === "\r" && text[i + 1] !== "\n")) count++;
  }
  return count;
}

/** A newline is never a part of another character in UTF-8, so each line is valid or not by itself. */
function linesBeforeInvalid(bytes: Uint8Array): number {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  for (let before = 0, start = 0; ; before++) {
    const newline = bytes.indexOf(10, start);
    try {
      utf8.decode(bytes.subarray(start, newline === -1 ? bytes.length : newline));
    } catch {
      return before;
    }
    start = newline + 1;
  }
}
