import { type Distinct, distinct, groupAlike, type Member, textKey } from "lat-engine/task";
import { LatError, quote } from "lat-system";
import type { LabelledText } from "./labelled-text.ts";

/** A text and where it is from. */
export interface KnownText extends LabelledText {
  /** For messages: the file and the row, or the text itself. */
  readonly where: string;
}

/** What texts that read the same have in common. */
function contentOf({ text }: LabelledText): string {
  return `text ${textKey(text)}`;
}

/** Each text once, and none that is there with both labels. */
export function distinctTexts(texts: readonly KnownText[]): Distinct<KnownText> {
  return distinct(
    texts,
    (text) => [contentOf(text)],
    ({ harmful }) => harmful,
  );
}

/** @throws {LatError} naming both places where texts of one group, or one text, say that they are in two splits */
export function refuseTwoSplits(texts: readonly KnownText[]): void {
  for (const alike of groupAlike(texts, keysOf)) {
    const [first] = alike as [KnownText, ...KnownText[]];
    const said = ({ split = "train" }: KnownText) => split;
    const other = alike.find((text) => said(text) !== said(first));
    if (other === undefined) continue;
    throw new LatError(
      `the group ${quote(first.group, 60)} is in two splits: ${said(first)} (${first.where}) and ${said(other)} (${other.where}); ` +
        "put it into one, or what is measured was trained on",
    );
  }
}

/** @throws {LatError} naming the place of a held-out text that networks are trained or chosen on */
export function refuseTrained(heldOut: readonly KnownText[], trained: readonly KnownText[]): void {
  const places = new Map(trained.map((text) => [contentOf(text), text.where]));
  const again = heldOut.filter((text) => places.has(contentOf(text)));
  const [first] = again;
  if (first === undefined) return;
  const place = places.get(contentOf(first))!;
  const more = again.length > 1 ? `, as are ${again.length - 1} more of the file` : "";
  throw new LatError(
    `${first.where}: this text is in the data to train and choose on too (${quote(place, 100)})${more}: ` +
      "remove it from one of them, or what is measured was trained on",
  );
}

/** Of the texts of a part: what they share with no text of another part by their content, and by their group. */
export function membersOf(texts: readonly KnownText[]): Member[] {
  return texts.flatMap((text) => keysOf(text).map((key) => ({ name: text.where, key })));
}

/** By the content alone: numbers of groups in another file mean other things. */
export function contentsOf(texts: readonly KnownText[]): Member[] {
  return texts.map((text) => ({ name: text.where, key: contentOf(text) }));
}

function keysOf(text: KnownText): string[] {
  return [contentOf(text), `group ${textKey(text.group)}`];
}
