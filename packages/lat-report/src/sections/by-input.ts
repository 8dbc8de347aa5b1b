import type { Sample } from "lat-engine/records";
import { groupBy } from "lat-system";
import type { Kind } from "../figures/theme.ts";

/** A network with what it made of its inputs: before the defence, or after a setting in its first complete seed. */
export interface Network<S extends Sample = Sample> {
  readonly label: string;
  readonly kind: Kind;
  readonly samples: readonly S[];
}

/** What each network made of one input; undefined where it was not given the input. */
export interface Answers<S extends Sample> {
  readonly input: string;
  readonly unwanted: string | undefined;
  /** In the order of the networks. */
  readonly samples: readonly (S | undefined)[];
}

/** What the networks were given, by group, then by input, in the order in which they first come. */
export function byInput<S extends Sample>(networks: readonly Network<S>[]): Map<string, Answers<S>[]> {
  const all = networks.flatMap(({ samples }) => samples);
  const groups = groupBy(all, ({ group }) => group);
  return new Map(
    [...groups].map(([group, own]) => {
      const inputs = [...groupBy(own, ({ input }) => input)].map(([input, same]) => ({
        input,
        unwanted: same.find(({ unwanted }) => unwanted !== undefined)?.unwanted,
        samples: networks.map(({ samples }) => samples.find((one) => one.group === group && one.input === input)),
      }));
      return [group, inputs];
    }),
  );
}

/** `2 of 3 inputs`. */
export function countShown(inputs: readonly unknown[], most: number): string {
  return `${Math.min(most, inputs.length)} of ${inputs.length} ${inputs.length === 1 ? "input" : "inputs"}`;
}
