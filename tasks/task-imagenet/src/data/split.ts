import { distinct, groupAlike, type Member, type Prepared, withoutContradictions } from "lat-engine/task";
import { LatError, type SplitName } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import type { Described, Images, WithContent } from "./image.ts";

export interface SplitOptions {
  readonly seed: number;
  /** Share of each class's groups that is measured on, and the largest number of them. */
  readonly testShare: number;
  readonly testLimit: number;
  /** Share of each class's groups that choices are made on. */
  readonly validationShare: number;
}

export interface Split<P extends Described> extends Pick<Prepared, "splits" | "dropped"> {
  readonly train: readonly P[];
  readonly validation: readonly P[];
  readonly test: readonly P[];
}

/**
 * Divides each class by groups, so that no group is in two parts, and no image under another name. Groups that show a
 * natural trigger are divided among themselves: there are few of them, and each part needs some. An image is taken once,
 * and not at all where it is in two classes. Where some images say that they are for validation or the test, these parts
 * are of such images alone (of the test, again at most `testLimit` groups a class).
 *
 * @throws LatError naming a class that is empty or too small to be divided
 */
export function split<P extends Described & WithContent>(
  { classes, images }: Images<P>,
  triggers: readonly string[],
  options: SplitOptions,
): Split<P> {
  const parts = { train: [] as P[], validation: [] as P[], test: [] as P[] };
  const { kept, contradictions } = withoutContradictions(
    images,
    (image) => [image.content],
    ({ label }) => label,
  );
  let duplicates = 0;
  const stratumOf = (group: readonly P[]): string =>
    triggers.find((trigger) => group.some(({ words }) => words.includes(trigger))) ?? "";
  const held = new Set(kept.flatMap(({ split }) => split ?? []));
  classes.forEach((name, label) => {
    const own = kept.filter((image) => image.label === label);
    const groups = groupAlike(own, keysOf).map((group) => {
      // A copy counts in no class twice; one that says to be in another split is left to be refused as a leak.
      const once = distinct(group, ({ content, split = "train" }) => [`${split} ${content}`]);
      duplicates += once.dropped.duplicates;
      return once.kept;
    });
    const before = Object.values(parts).map((part) => part.length);
    for (const stratum of ["", ...triggers]) {
      const alike = groups.filter((group) => stratumOf(group) === stratum);
      divide(alike, held, parts, `${name}/${stratum}`, options);
    }
    if (Object.values(parts).some((part, i) => part.length === before[i])) {
      const alike = own.length > groups.length ? ` (${groups.length} groups of alike ones)` : "";
      throw new LatError(
        `the class "${name}" has ${own.length} readable images${alike}, too few to train, choose and measure on: expected at least ${least(options)}`,
      );
    }
  });
  const members = (part: readonly P[]): Member[] =>
    part.flatMap((image) => keysOf(image).map((key) => ({ name: image.name, key })));
  const splits = { train: members(parts.train), validation: members(parts.validation), test: members(parts.test) };
  return { ...parts, splits, dropped: { duplicates, contradictions } };
}

/** What an image must share with no image of another part. */
function keysOf({ group, content }: Described & WithContent): string[] {
  return [`group ${group}`, content];
}

function divide<P extends Described>(
  groups: readonly (readonly P[])[],
  given: ReadonlySet<SplitName>,
  parts: { train: P[]; validation: P[]; test: P[] },
  stream: string,
  { seed, testShare, testLimit, validationShare }: SplitOptions,
): void {
  const groupsIn = (wanted: SplitName): P[][] => {
    const own = groups.map((group) => group.filter(({ split = "train" }) => split === wanted));
    const some = own.filter((group) => group.length > 0);
    return Array.from(hostRandom(seed, `split/${stream}`).permutation(some.length), (i) => some[i]!);
  };
  // A part that no image names is taken from what there is to train on.
  const rest = groupsIn("train");
  const shares = { test: Math.round(rest.length * testShare), validation: Math.round(rest.length * validationShare) };
  const test = given.has("test") ? groupsIn("test") : rest.splice(0, Math.min(testLimit, shares.test));
  const validation = given.has("validation") ? groupsIn("validation") : rest.splice(0, shares.validation);
  parts.test.push(...test.slice(0, testLimit).flat());
  parts.validation.push(...validation.flat());
  parts.train.push(...rest.flat());
}

/** Groups with which every part gets one. */
function least({ testShare, validationShare }: SplitOptions): number {
  return Math.ceil(0.5 / Math.min(testShare, validationShare));
}
