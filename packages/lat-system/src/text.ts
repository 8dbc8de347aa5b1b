import { LatError } from "./errors.ts";
import { parseJson } from "./json.ts";
import { quote } from "./quote.ts";
import { bytesOf } from "./rows/bytes.ts";
import { decodeUtf8 } from "./rows/utf8.ts";

/** Bytes of a text that is read as a whole, unpacked, at most. */
const LARGEST_TEXT = 2 ** 28;

/**
 * The text of a UTF-8 file, unpacked where its name ends in `.gz`, without a byte order mark.
 *
 * @throws {LatError} naming the file, where it cannot be read or unpacked, is larger than 256 MiB, or is not such text.
 */
export async function readText(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytesOf(path, LARGEST_TEXT)) pieces.push(piece);
  return decodeUtf8(Buffer.concat(pieces), path).replace(/^\ufeff/, "");
}

/**
 * Reads a JSON file.
 *
 * @throws {LatError} naming the file, where it cannot be read, is not JSON, or has a key twice in one object.
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return parseJson(text, /^$/);
  } catch (cause) {
    const found = text.trim() === "" ? "it is empty" : quote((cause as Error).message, 200);
    throw new LatError(`cannot read ${path}: expected JSON, but ${found}`, { cause });
  }
}
