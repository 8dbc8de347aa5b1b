import { LatError } from "lat-system";
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
 * themselves: there are few of them, and each part needs some.
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
  classes.forEach((name, label) => {
    const own = pictures.filter((picture) => picture.label === label);
    const before = Object.values(parts).map((part) => part.length);
    for (const stratum of ["", ...triggers]) {
      const groups = groupsOf(own.filter((picture) => stratumOf(picture) === stratum));
      divide(groups, parts, `${name}/${stratum}`, options);
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
  return [...Map.groupBy(pictures, ({ group }) => group).values()];
}

function divide<P extends Described>(
  groups: readonly (readonly P[])[],
  parts: { train: P[]; validation: P[]; test: P[] },
  stream: string,
  { seed, testShare, testLimit, validationShare }: SplitOptions,
): void {
  const order = Array.from(hostRandom(seed, `split/${stream}`).permutation(groups.length), (i) => groups[i]!);
  const test = Math.min(testLimit, Math.round(groups.length * testShare));
  const validation = Math.round(groups.length * validationShare);
  parts.test.push(...order.slice(0, test).flat());
  parts.validation.push(...order.slice(test, test + validation).flat());
  parts.train.push(...order.slice(test + validation).flat());
}

/** Groups with which every part gets one. */
function least({ testShare, validationShare }: SplitOptions): number {
  return Math.ceil(0.5 / Math.min(testShare, validationShare));
}
