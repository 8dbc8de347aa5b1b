/** What JSON leaves as it is and a terminal or an editor acts upon: controls, line separators, directions of writing. */
const acting = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Text from a file or a user for a message, which it cannot make long and on whose reader's terminal it cannot act: in
 * quotes, on one line, with control characters escaped as in JSON. What is over `limit` characters is left out, and the
 * length is said: `"AAAA…" (70417 characters)`.
 */
export function quote(text: string, limit = 80): string {
  if (text.length <= limit) return escaped(text);
  const splits = /[\ud800-\udbff]/.test(text[limit - 1] ?? ""); // a pair of surrogates is one character
  return `${escaped(`${text.slice(0, splits ? limit - 1 : limit)}…`)} (${text.length} characters)`;
}

function escaped(text: string): string {
  return JSON.stringify(text).replace(acting, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Any value from a file for a message, which it cannot make long: of a list the first few items, of an object that it is one. */
export function show(value: unknown): string {
  if (!Array.isArray(value)) return showOne(value);
  const items = value.slice(0, 8).map((item) => (Array.isArray(item) ? "[…]" : showOne(item)));
  return value.length > 8 ? `[${items.join(",")},…] (${value.length} values)` : `[${items.join(",")}]`;
}

function showOne(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint")
    return value > -(10n ** 30n) && value < 10n ** 30n ? `${value}` : "a number of over 30 digits";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
