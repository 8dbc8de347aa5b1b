import { quote } from "./quote.ts";

/** JSON text that has a value twice under one key, where every reader takes another. */
export class DuplicateKeyError extends SyntaxError {}

/** A number of JSON, or one of the three that only Python writes. */
const number = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity)$/;

/**
 * The value of JSON text from strangers, of which nothing is lost: `JSON.parse` takes the last of equal keys, and reads
 * 2.0 as 2 where a format wants whole numbers. Scalars outside of quotes that match `odd` are read as what `standIn`
 * makes of them, text by default, which no schema of numbers accepts where the value is wanted: so Python's NaN harms
 * nothing elsewhere.
 *
 * @throws {DuplicateKeyError} where an object has a key twice
 * @throws {SyntaxError} where the text is not JSON
 */
export function parseJson(
  text: string,
  odd: RegExp,
  standIn: (scalar: string) => string | null | readonly string[] = (scalar) => scalar,
): unknown {
  const parts: string[] = [];
  const open: Set<string>[] = [];
  let copied = 0;
  let duplicate: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "{") open.push(new Set());
    else if (c === "}") open.pop();
    else if (c === '"') {
      const end = endOfString(text, i);
      if (isKey(text, end)) {
        const key = text.slice(i, end);
        const keys = open.at(-1);
        const name = key.includes("\\") ? unescaped(key) : key.slice(1, -1);
        if (keys?.has(name)) duplicate ??= name;
        keys?.add(name);
      }
      i = end - 1;
    } else if (isScalar(c)) {
      let end = i + 1;
      while (end < text.length && isScalar(text[end]!)) end++;
      const scalar = text.slice(i, end);
      if (odd.test(scalar) && number.test(scalar) && !isKey(text, end)) {
        parts.push(text.slice(copied, i), JSON.stringify(standIn(scalar)));
        copied = end;
      }
      i = end - 1;
    }
  }
  const value: unknown = JSON.parse(parts.join("") + text.slice(copied));
  if (duplicate !== undefined) throw new DuplicateKeyError(`the key ${quote(duplicate)} stands twice in one object`);
  return value;
}

function isScalar(c: string): boolean {
  return (c >= "0" && c <= "9") || (c >= "A" && c <= "Z") || (c >= "a" && c <= "z") || c === "-" || c === "+" || c === "."; // biome-ignore format: one rule
}

/** A key without its quotes and escapes, or as it stands where they are wrong, which JSON.parse then reports. */
function unescaped(key: string): string {
  try {
    return JSON.parse(key) as string;
  } catch {
    return key;
  }
}

// Character by character: a regular expression gives up on strings of megabytes, and says nothing.
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

/** Whether what ends before `end` is followed by a colon. */
function isKey(text: string, end: number): boolean {
  let i = end;
  while (text[i] === " " || text[i] === "\n" || text[i] === "\r" || text[i] === "\t") i++;
  return text[i] === ":";
}
