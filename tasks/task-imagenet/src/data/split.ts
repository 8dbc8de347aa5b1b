import { LatError } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import type { Picture, Pictures } from "./picture.ts";

export interface SplitOptions {
  readonly seed: number;
  /** Share of each class's groups that is measured on, and the largest number of them. */
  readonly testShare: number;
  readonly testLimit: number;
  /** Share of each class's groups that choices are made on. */
  readonly validationShare: number;
}

export interface Split {
  readonly train: readonly Picture[];
  readonly validation: readonly Picture[];
  readonly test: readonly Picture[];
}

/**
 * Divides each class by groups, so that no group is in two parts. Groups that show a natural trigger are divided among
 * themselves: there are few of them, and each part needs some.
 *
 * @throws LatError naming a class that is empty or too small to be divided
 */
export function split({ classes, pictures }: Pictures, triggers: readonly string[], options: SplitOptions): Split {
  const parts = { train: [] as Picture[], validation: [] as Picture[], test: [] as Picture[] };
  const stratumOf = ({ words }: Picture): string => triggers.find((trigger) => words.includes(trigger)) ?? "";
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

function groupsOf(pictures: readonly Picture[]): Picture[][] {
  return [...Map.groupBy(pictures, ({ group }) => group).values()];
}

function divide(
  groups: readonly (readonly Picture[])[],
  parts: { train: Picture[]; validation: Picture[]; test: Picture[] },
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
