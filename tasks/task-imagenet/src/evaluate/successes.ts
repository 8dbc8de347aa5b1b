import type { Network, Tensors } from "lat-engine";
import type { Metric } from "lat-engine/task";
import { groupBy } from "lat-system";
import { imageExamples } from "../data/examples.ts";
import type { HeldImage } from "../data/image.ts";
import type { Trojan } from "../poison/trojans.ts";
import { successMetric } from "./metrics.ts";
import { predictor } from "./predictor.ts";

/** A trojan and the held-out images that have its trigger in them; none is of its target's class. */
export interface Carriers {
  readonly trojan: Trojan;
  readonly images: readonly HeldImage[];
}

/** The class that the network sees in each image with a trigger. */
export interface Outcome {
  readonly trojan: Trojan;
  readonly image: HeldImage;
  readonly seen: number;
}

/** Shows a network every image with a trigger. */
export function outcomes(
  network: Network,
  carriers: readonly Carriers[],
  size: number,
): (parameters: Tensors) => Promise<Outcome[]> {
  const all = carriers.flatMap(({ trojan, images }) => images.map((image) => ({ trojan, image })));
  const predict = predictor(
    network,
    imageExamples(
      all.map(({ image }) => image),
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
 * `attack-success-rate` over all trojans, of each kind (`attack-success-rate/patch`) and of each: the share of images
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
