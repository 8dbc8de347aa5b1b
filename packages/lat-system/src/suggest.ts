import damerauLevenshtein from "damerau-levenshtein";
import { quote } from "./quote.ts";

/** Names longer than this, in characters, are near none: the distance takes the product of two lengths. */
const LONGEST = 200;

/** Known names that a message lists. */
const LISTED = 60;

/**
 * The known name nearest to `received` by edit distance (Damerau and Levenshtein's: letters that changed places are one
 * edit), or undefined where none is near (over half of its length).
 */
export function nearest(received: string, known: readonly string[]): string | undefined {
  if (received.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(received.length / 2)) + 1;
  for (const name of known.filter(({ length }) => length <= LONGEST)) {
    const d = damerauLevenshtein(received.toLowerCase(), name.toLowerCase()).steps;
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best;
}

/** `unknown site "layers.99.residual"; did you mean "layers.9.residual"? Known: a, b, c`: of bounded length; odd names are quoted. */
export function unknownName(kind: string, received: string, known: readonly string[]): string {
  const near = nearest(received, known);
  const names = known.slice(0, LISTED).map((name) => (/^[!-+\--~]{1,80}$/.test(name) ? name : quote(name)));
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : "";
  const suggestion = near === undefined ? "." : `; did you mean ${quote(near)}?`;
  return `unknown ${kind} ${quote(received)}${suggestion} Known: ${names.join(", ") || "none"}${more}`;
}
