import type { Piece } from "../text/word-diff.ts";

/** Characters of a text that are shown. */
export const charactersShown = 400;
/** Words that are shown beside a change. */
const wordsShown = 12;

/** Cuts between characters, never inside one. */
export function shorten(text: string): string {
  const characters = [...text];
  if (characters.length <= charactersShown) return text;
  return `${characters.slice(0, charactersShown).join("")}… (${characters.length - charactersShown} more characters)`;
}

/** Leaves out of a changed text what is far from any change. */
export function abridge(pieces: readonly Piece[]): Piece[] {
  return pieces.map(({ before, after }, index) => {
    if (before !== after) return { before: shorten(before), after: shorten(after) };
    const [first, last] = [index === 0, index === pieces.length - 1];
    const words = before.match(/\s*\S+\s*/g) ?? [];
    const [head, tail] = [first ? 0 : wordsShown, last ? 0 : wordsShown];
    const left = words.length - head - tail;
    // Fewer words than the note that stands for them are not worth leaving out.
    if (left <= 3) return { before, after };
    const note = `[… ${left} words …]${last ? "" : " "}`;
    const text = [...words.slice(0, head), note, ...words.slice(words.length - tail)].join("");
    return { before: text, after: text };
  });
}
