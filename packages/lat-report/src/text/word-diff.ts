/**
 * A stretch of a text before and after a change: equal where nothing changed, empty before where words were inserted,
 * empty after where they were removed. All that was before, joined, is the text before; likewise after.
 */
export interface Piece {
  readonly before: string;
  readonly after: string;
}

/** Pairs of words that are compared at most: beyond, what differs counts as replaced as a whole. */
const mostPairs = 4_000_000;

/**
 * The change from one text to another, word by word: as many words as possible stay (longest common subsequence), then
 * as much of the white space between them. Changes with nothing but white space between them are one.
 */
export function diffWords(before: string, after: string): Piece[] {
  const [a, b] = [tokens(before), tokens(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = align(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const kept = (words: readonly string[]): Piece => ({ before: words.join(""), after: words.join("") });
  return join([kept(a.slice(0, start)), ...middle, kept(a.slice(a.length - end))]);
}

/** Words, and the white space between them. */
function tokens(text: string): string[] {
  return text.match(/\s+|\S+/g) ?? [];
}

/** The tokens of both in order, those in common together, each of the others by itself. */
function align(a: readonly string[], b: readonly string[]): Piece[] {
  if (a.length * b.length > mostPairs) return [{ before: a.join(""), after: b.join("") }];
  const width = b.length + 1;
  // A word in common outweighs all white space.
  const weight = (token: string) => (token.trim() === "" ? 1 : a.length + 1);
  /** Of a[i …] and b[j …]: the greatest weight in common, at i · width + j. */
  const best = new Float64Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      best[at] = a[i] === b[j] ? weight(a[i]!) + best[at + width + 1]! : Math.max(best[at + width]!, best[at + 1]!);
    }
  }
  const pieces: Piece[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ before: a[i++]!, after: b[j++]! });
    } else if (j === b.length || (i < a.length && best[(i + 1) * width + j]! >= best[i * width + j + 1]!)) {
      pieces.push({ before: a[i++]!, after: "" });
    } else {
      pieces.push({ before: "", after: b[j++]! });
    }
  }
  return pieces;
}

/** Neighbours of a kind, and changes around white space, as one piece; none is empty. */
function join(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  const isChange = (piece: Piece | undefined) => piece !== undefined && piece.before !== piece.after;
  const append = (piece: Piece): void => {
    const last = joined.at(-1);
    if (last && isChange(last) === isChange(piece)) {
      joined[joined.length - 1] = { before: last.before + piece.before, after: last.after + piece.after };
    } else if (piece.before !== "" || piece.after !== "") {
      joined.push(piece);
    }
  };
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (isChange(piece) && last && isChange(joined.at(-2)) && last.before.trim() === "") {
      joined.pop();
      append({ before: last.before + piece.before, after: last.after + piece.after });
    } else {
      append(piece);
    }
  }
  return joined;
}
