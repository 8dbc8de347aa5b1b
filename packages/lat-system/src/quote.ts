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
