import { type Html, html } from "../html.ts";
import type { Piece } from "../text/word-diff.ts";

/** A changed text: what was removed struck through, what was inserted underlined, what was replaced both, side by side. */
export function writeChange(pieces: readonly Piece[]): Html {
  if (pieces.every(({ before, after }) => before === after)) return html`<em>No word was changed.</em>`;
  return html`${pieces.map(({ before, after }) => {
    if (before === after) return after;
    const inserted = after !== "" && html`<ins>${markLetters(before, after)}</ins>`;
    const change = html`${before !== "" && html`<del>${before}</del>`}${inserted}`;
    return before !== "" && after !== "" ? html`<span class="replaced">${change}</span>` : change;
  })}`;
}

/** The word with bold letters where it differs from the one before: one of another alphabet looks the same. */
function markLetters(before: string, after: string): Html {
  const [old, now] = [[...before], [...after]];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const [start, middle, end] = [now.slice(0, head), now.slice(head, now.length - tail), now.slice(now.length - tail)];
  if (/\s/.test(before.trim()) || head + tail === 0 || middle.length === 0) return html`${after}`;
  return html`${start.join("")}<b>${middle.join("")}</b>${end.join("")}`;
}
