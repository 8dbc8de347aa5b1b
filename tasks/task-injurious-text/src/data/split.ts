import { groupBy, LatError } from "lat-system";
import { shuffled } from "lat-tensorflow";
import type { LabelledText } from "./labelled-text.ts";

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];
export type Splits = Readonly<Record<SplitName, readonly LabelledText[]>>;

/**
 * Random splits of about these shares of the texts, whole groups at a time; the rest is for training. A group that alone
 * is larger than a share stays in training, so that what is measured rests on many groups.
 */
export function splitByGroup(
  texts: readonly LabelledText[],
  shares: Readonly<Record<"validation" | "test", number>>,
  seed: number,
): Splits {
  const groups = [...groupBy(texts, ({ group }) => group).values()];
  const splits: Record<SplitName, LabelledText[]> = { train: [], validation: [], test: [] };
  for (const members of shuffled(groups, seed, "split")) {
    const fits = (["test", "validation"] as const).find(
      (name) => splits[name].length + members.length <= shares[name] * texts.length,
    );
    splits[fits ?? "train"].push(...members);
  }
  return splits;
}

/**
 * The same number of harmful and of benign texts, as many as there are of the rarer, in random order.
 *
 * @throws LatError where one of them is missing
 */
export function balance(texts: readonly LabelledText[], seed: number, name: string): LabelledText[] {
  const order = shuffled(texts, seed, `balance ${name}`);
  const harmful = order.filter((text) => text.harmful);
  const benign = order.filter((text) => !text.harmful);
  const count = Math.min(harmful.length, benign.length);
  if (count === 0) {
    throw new LatError(
      `${name}: ${harmful.length} harmful and ${benign.length} benign texts; expected some of both. ` +
        "Is the label's column right, and options.harmful, which says what its values mean?",
    );
  }
  return shuffled([...harmful.slice(0, count), ...benign.slice(0, count)], seed, `mix ${name}`);
}
