import type { Network } from "lat-engine";
import type { Prepared } from "lat-engine/task";
import { groupBy } from "lat-system";
import type { HeldPicture } from "../data/picture.ts";
import { accuracies } from "./accuracies.ts";
import type { AttackOptions } from "./attack-set.ts";
import { type Change, pictureSamples } from "./samples.ts";
import { type Carriers, outcomes, successMetrics, successOf } from "./successes.ts";

/** Pictures of each trojan that the report shows. */
const SHOWN = 3;

/** What networks are measured on: pictures never trained on, and those of them that carry a trojan's trigger. */
export interface HeldOut {
  readonly classes: readonly string[];
  readonly pictures: readonly HeldPicture[];
  readonly carriers: readonly Carriers[];
}

/** Measures accuracies and the trojans' successes. Functions are compiled once, for every network that it then measures. */
export function evaluator(
  network: Network,
  { classes, pictures, carriers }: HeldOut,
  size: number,
  options: AttackOptions,
): Pick<Prepared, "cases" | "evaluationCost" | "evaluate"> {
  const accuracy = accuracies(network, pictures, size, options);
  const show = outcomes(network, carriers, size);
  const indexOf = new Map(pictures.map(({ name }, index) => [name, index]));

  const successes = carriers.map(({ trojan, pictures: own }) => [successOf(trojan.name), own.length] as const);
  return {
    cases: { "accuracy/clean": pictures.length, ...Object.fromEntries(successes) },
    evaluationCost: pictures.length * accuracy.cost,
    async evaluate(parameters, { progress, warn }) {
      const total = accuracy.parts + 1;
      let done = 0;
      progress(done, total, "trojans");
      const triggered = await show(parameters);
      progress(++done, total, "trojans");
      const { metrics, seen, changes } = await accuracy.measure(
        parameters,
        (what) => progress(++done, total, what),
        warn,
      );
      const shown = [...groupBy(triggered, ({ trojan }) => trojan)].flatMap(([{ name, target }, own]) =>
        own.slice(0, SHOWN).map(({ picture, seen: after }): Change => {
          const index = indexOf.get(picture.name)!;
          const [before, { pixels }] = [pictures[index]!, picture];
          return { group: name, picture: before, seenBefore: seen[index]!, pixels, seen: after, target };
        }),
      );
      return {
        metrics: [...metrics, ...successMetrics(triggered, classes)],
        samples: await pictureSamples([...shown, ...changes], classes, size),
      };
    },
  };
}
