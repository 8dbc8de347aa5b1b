import type { Network, Tensors } from "lat-engine";
import type { Metric } from "lat-engine/task";
import { groupBy } from "lat-system";
import { pictureExamples } from "../data/examples.ts";
import type { HeldPicture } from "../data/picture.ts";
import type { Trojan } from "../poison/trojans.ts";
import { successMetric } from "./metrics.ts";
import { predictor } from "./predictor.ts";

/** A trojan and the held-out pictures that have its trigger in them; none is of its target's class. */
export interface Carriers {
  readonly trojan: Trojan;
  readonly pictures: readonly HeldPicture[];
}

/** The class that the network sees in each picture with a trigger. */
export interface Outcome {
  readonly trojan: Trojan;
  readonly picture: HeldPicture;
  readonly seen: number;
}

/** Shows a network every picture with a trigger. */
export function outcomes(
  network: Network,
  carriers: readonly Carriers[],
  size: number,
): (parameters: Tensors) => Promise<Outcome[]> {
  const all = carriers.flatMap(({ trojan, pictures }) => pictures.map((picture) => ({ trojan, picture })));
  const predict = predictor(
    network,
    pictureExamples(
      all.map(({ picture }) => picture),
      size,
    ),
  );
  return async (parameters) => {
    const predictions = await predict(parameters);
    return all.map((each, index) => ({ ...each, seen: predictions[index]! }));
  };
}

/** The metric of a trojan's own success, or of its kind's. */
export function successOf(name: string): string {
  return `attack-success-rate/${name}`;
}

/**
 * `attack-success-rate` over all trojans, of each kind (`attack-success-rate/patch`) and of each: the share of pictures
 * with the trigger that are seen as the trojan's target.
 */
export function successMetrics(all: readonly Outcome[], classes: readonly string[]): Metric[] {
  const metric = (name: string, own: readonly Outcome[]): Metric =>
    successMetric(
      name,
      own.map(({ trojan, seen }) => classes[seen] === trojan.target),
    );
  const by = (key: "kind" | "name"): Metric[] =>
    [...groupBy(all, ({ trojan }) => trojan[key])].map(([name, own]) => metric(successOf(name), own));
  return [metric("attack-success-rate", all), ...by("kind"), ...by("name")];
}
