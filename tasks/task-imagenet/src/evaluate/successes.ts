import type { Metric, Network, Tensors } from "lat-engine";
import { pictureExamples } from "../data/examples.ts";
import type { Picture } from "../data/picture.ts";
import type { Trojan } from "../poison/trojans.ts";
import { successMetric } from "./metrics.ts";
import { predictor } from "./predictor.ts";

/** A trojan and the held-out pictures that have its trigger in them; none is of its target's class. */
export interface Carriers {
  readonly trojan: Trojan;
  readonly pictures: readonly Picture[];
}

/**
 * Measures `attack-success-rate` over all trojans, of each kind (`attack-success-rate/patch`) and of each: the share of
 * pictures with the trigger that are seen as the trojan's target.
 */
export function successes(
  network: Network,
  carriers: readonly Carriers[],
  classes: readonly string[],
  size: number,
): (parameters: Tensors) => Metric[] {
  const all = carriers.flatMap(({ trojan, pictures }) => pictures.map((picture) => ({ trojan, picture })));
  const set = pictureExamples(
    all.map(({ picture }) => picture),
    size,
  );
  const predict = predictor(network, set, 0);
  const kinds = [...new Set(carriers.map(({ trojan }) => trojan.kind))];

  return (parameters) => {
    const predictions = predict(parameters);
    const hits = all.map(({ trojan }, index) => classes[predictions[index]!] === trojan.target);
    const where = (holds: (trojan: Trojan) => boolean): boolean[] =>
      hits.filter((_, index) => holds(all[index]!.trojan));
    return [
      successMetric("attack-success-rate", hits),
      ...kinds.map((kind) =>
        successMetric(
          `attack-success-rate/${kind}`,
          where((trojan) => trojan.kind === kind),
        ),
      ),
      ...carriers.map(({ trojan: { name } }) =>
        successMetric(
          `attack-success-rate/${name}`,
          where((trojan) => trojan.name === name),
        ),
      ),
    ];
  };
}
