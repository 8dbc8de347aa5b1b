import { groupBy, LatError, type SplitName } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import type { Described, Pictures } from "./picture.ts";

export interface SplitOptions {
  readonly seed: number;
  /** Share of each class's groups that is measured on, and the largest number of them. */
  readonly testShare: number;
  readonly testLimit: number;
  /** Share of each class's groups that choices are made on. */
  readonly validationShare: number;
}

export interface Split<P extends Described> {
  readonly train: readonly P[];
  readonly validation: readonly P[];
  readonly test: readonly P[];
}

/**
 * Divides each class by groups, so that no group is in two parts. Groups that show a natural trigger are divided among
 * themselves: there are few of them, and each part needs some. Where some pictures say that they are for validation or the
 * test, these parts are of such pictures alone (of the test, again at most `testLimit` groups a class).
 *
 * @throws LatError naming a class that is empty or too small to be divided
 */
export function split<P extends Described>(
  { classes, pictures }: Pictures<P>,
  triggers: readonly string[],
  options: SplitOptions,
): Split<P> {
  const parts = { train: [] as P[], validation: [] as P[], test: [] as P[] };
  const stratumOf = ({ words }: P): string => triggers.find((trigger) => words.includes(trigger)) ?? "";
  const held = new Set(pictures.flatMap(({ split }) => split ?? []));
  classes.forEach((name, label) => {
    const own = pictures.filter((picture) => picture.label === label);
    const before = Object.values(parts).map((part) => part.length);
    for (const stratum of ["", ...triggers]) {
      const members = own.filter((picture) => stratumOf(picture) === stratum);
      divide(members, held, parts, `${name}/${stratum}`, options);
    }
    if (Object.values(parts).some((part, i) => part.length === before[i])) {
      throw new LatError(
        `the class "${name}" has ${own.length} readable pictures, too few to train, choose and measure on: expected at least ${least(options)}`,
      );
    }
  });
  return parts;
}

function groupsOf<P extends Described>(pictures: readonly P[]): P[][] {
  return [...groupBy(pictures, ({ group }) => group).values()];
}

function divide<P extends Described>(
  pictures: readonly P[],
  given: ReadonlySet<SplitName>,
  parts: { train: P[]; validation: P[]; test: P[] },
  stream: string,
  { seed, testShare, testLimit, validationShare }: SplitOptions,
): void {
  const groupsIn = (wanted: SplitName): P[][] => {
    const groups = groupsOf(pictures.filter(({ split = "train" }) => split === wanted));
    return Array.from(hostRandom(seed, `split/${stream}`).permutation(groups.length), (i) => groups[i]!);
  };
  // A part that no picture names is taken from what there is to train on.
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
