import { groupAlike, textKey } from "lat-engine/task";
import { LatError, type SplitName } from "lat-system";
import { shuffled } from "lat-tensorflow";
import type { LabelledText } from "./labelled-text.ts";

export const splitNames: readonly SplitName[] = ["train", "validation", "test"];
export type Splits<T> = Readonly<Record<SplitName, readonly T[]>>;

/** The splits that texts say they are in. A part that none names is drawn from those to train on, by its share of them. */
export function splitsOf<T extends LabelledText>(
  texts: readonly T[],
  shares: Readonly<Record<"validation" | "test", number>>,
  seed: number,
): Splits<T> {
  const [train, validation, test] = splitNames.map((name) => texts.filter(({ split = "train" }) => split === name));
  const shareOf = (given: readonly T[] | undefined, share: number) => (given!.length > 0 ? 0 : share);
  const drawn = splitByGroup(
    train!,
    { validation: shareOf(validation, shares.validation), test: shareOf(test, shares.test) },
    seed,
  );
  return {
    train: drawn.train,
    validation: [...validation!, ...drawn.validation],
    test: [...test!, ...drawn.test],
  };
}

/**
 * Random splits of about these shares of the texts, whole groups at a time; the rest is for training. A group that alone
 * is larger than a share stays in training, so that what is measured rests on many groups.
 */
export function splitByGroup<T extends LabelledText>(
  texts: readonly T[],
  shares: Readonly<Record<"validation" | "test", number>>,
  seed: number,
): Splits<T> {
  const groups = groupAlike(texts, ({ group }) => [textKey(group)]);
  const splits: Record<SplitName, T[]> = { train: [], validation: [], test: [] };
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
export function balance<T extends LabelledText>(texts: readonly T[], seed: number, name: string): T[] {
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
