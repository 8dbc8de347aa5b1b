import { StringDecoder } from "node:string_decoder";
import { LatError } from "../errors.ts";
import { fileKind } from "../file-kind.ts";
import { bytesOf, LARGEST_FILE } from "./bytes.ts";
import { decodeUtf8, lineEnds } from "./utf8.ts";

/** Bytes, in UTF-8, of the longest line that is read; of a row of comma-separated values likewise. */
export const LONGEST_LINE = 2 ** 24;

/**
 * The text of a file in blocks of whole lines, each but the last with its line end. UTF-8, or UTF-16 with a byte order
 * mark; the mark is left out.
 *
 * @throws {LatError} naming file and line, where the file cannot be read, is other text, or has a line over `LONGEST_LINE`
 */
export async function* blocksOf(path: string): AsyncGenerator<string> {
  let line = 1;
  let begun: Uint8Array[] = []; // of a line whose end has not come yet
  let length = 0;
  const blockOf = (bytes: Uint8Array): string => {
    const text = decodeUtf8(bytes, path, line);
    const start = line === 1 && text.startsWith("\ufeff") ? 1 : 0;
    line += lineEnds(text);
    return text.slice(start);
  };
  for await (const piece of inUtf8(bytesOf(path, LARGEST_FILE), path)) {
    const firstEnd = piece.indexOf(10);
    length += firstEnd === -1 ? piece.length : firstEnd;
    if (length > LONGEST_LINE) {
      throw new LatError(`${path}, line ${line}: more than 16 MiB without a line end; expected a row of text a line`);
    }
    const end = piece.lastIndexOf(10) + 1;
    if (end > 0) {
      yield blockOf(Buffer.concat([...begun, piece.subarray(0, end)]));
      begun = [];
      length = piece.length - end;
    }
    if (end < piece.length) begun.push(piece.subarray(end));
  }
  if (begun.length > 0) yield blockOf(Buffer.concat(begun));
}

async function* inUtf8(pieces: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let utf16: ((piece: Uint8Array) => string) | undefined;
  let first = true;
  let lines = 0;
  let bytes = 0;
  for await (const piece of pieces) {
    if (first) {
      refuseOtherKind(piece, path);
      utf16 = utf16Decoder(piece);
      first = false;
    }
    if (utf16 === undefined) {
      yield piece;
      continue;
    }
    const text = utf16(piece);
    if (!text.isWellFormed()) throw halfCharacter(path, lines + 1 + lineEnds(wellFormedStart(text)));
    lines += lineEnds(text);
    bytes += piece.length;
    yield Buffer.from(text);
  }
  if (bytes % 2 === 1) throw halfCharacter(path, lines + 1);
}

/** What makes text of the pieces of a file, where the first begins with a byte order mark of UTF-16. */
function utf16Decoder(first: Uint8Array): ((piece: Uint8Array) => string) | undefined {
  const decoder = new StringDecoder("utf16le");
  if (first[0] === 0xff && first[1] === 0xfe) return (piece) => decoder.write(piece as Buffer);
  if (first[0] !== 0xfe || first[1] !== 0xff) return undefined;
  let odd: Uint8Array = new Uint8Array();
  return (piece) => {
    const whole = Buffer.concat([odd, piece]);
    const end = whole.length - (whole.length % 2);
    odd = whole.subarray(end);
    return decoder.write(whole.subarray(0, end).swap16());
  };
}

function refuseOtherKind(start: Uint8Array, path: string): void {
  const kind = fileKind(start);
  if (kind !== undefined && kind !== "JSON text") throw new LatError(`${path} is ${kind}; expected rows of text`);
}

function wellFormedStart(text: string): string {
  const repaired = text.toWellFormed();
  let i = 0;
  while (text[i] === repaired[i]) i++;
  return text.slice(0, i);
}

function halfCharacter(path: string, line: number): LatError {
  return new LatError(`${path}, line ${line}: expected UTF-16 text; a character is cut in half: convert the file anew`);
}
