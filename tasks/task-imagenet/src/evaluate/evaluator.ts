import type { Network } from "lat-engine";
import type { Prepared } from "lat-engine/task";
import { groupBy } from "lat-system";
import type { HeldImage } from "../data/image.ts";
import { accuracies } from "./accuracies.ts";
import type { AttackOptions } from "./attack-set.ts";
import { type Change, imageSamples } from "./samples.ts";
import { type Carriers, outcomes, successMetrics, successOf } from "./successes.ts";

/** Images of each trojan that the report shows. */
const SHOWN = 3;

/** What networks are measured on: images never trained on, and those of them that carry a trojan's trigger. */
export interface HeldOut {
  readonly classes: readonly string[];
  readonly images: readonly HeldImage[];
  readonly carriers: readonly Carriers[];
}

/** Measures accuracies and the trojans' successes. Functions are compiled once, for every network that it then measures. */
export function evaluator(
  network: Network,
  { classes, images, carriers }: HeldOut,
  size: number,
  options: AttackOptions,
): Pick<Prepared, "cases" | "evaluationCost" | "evaluate"> {
  const accuracy = accuracies(network, images, size, options);
  const show = outcomes(network, carriers, size);
  const indexOf = new Map(images.map(({ name }, index) => [name, index]));

  const successes = carriers.map(({ trojan, images: own }) => [successOf(trojan.name), own.length] as const);
  return {
    cases: { "accuracy/clean": images.length, ...Object.fromEntries(successes) },
    evaluationCost: images.length * accuracy.cost,
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
        own.slice(0, SHOWN).map(({ image, seen: after }): Change => {
          const index = indexOf.get(image.name)!;
          const [before, { pixels }] = [images[index]!, image];
          return { group: name, image: before, seenBefore: seen[index]!, pixels, seen: after, target };
        }),
      );
      return {
        metrics: [...metrics, ...successMetrics(triggered, classes)],
        samples: await imageSamples([...shown, ...changes], classes, size),
      };
    },
  };
}
