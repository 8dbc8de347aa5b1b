import type { Network, Tensors } from "lat-engine";
import type { Metric } from "lat-engine/task";
import { imageExamples } from "../data/examples.ts";
import type { HeldImage } from "../data/image.ts";
import { type AttackOptions, attackSet, randomly } from "./attack-set.ts";
import { BalancedAccuracy } from "./metrics.ts";
import { type AttackedImages, attacker, predictor } from "./predictor.ts";
import type { Change } from "./samples.ts";

/** Images of each attack that the report shows, from all over the set. */
const SHOWN = 3;

export interface AccuracyReport {
  readonly metrics: readonly Metric[];
  /** The class that the network sees in each image as it is. */
  readonly seen: Int32Array;
  /** Some images under each attack. */
  readonly changes: readonly Change[];
}

/** Measures networks on held-out images, as they are and under each attack. */
export interface Accuracies {
  /** How many parts of the work are reported as done. */
  readonly parts: number;
  /** Training steps of one image that measuring an image takes as long as. */
  readonly cost: number;
  measure(parameters: Tensors, done: (what: string) => void, warn: (message: string) => void): Promise<AccuracyReport>;
}

/**
 * `accuracy/clean`; `accuracy/pgd` and one of each unforeseen attack; the same with random parameters in the ball of the
 * same size (`accuracy/pgd/random`); `accuracy/worst`, where an image counts that is seen as what it is by itself and
 * under every attack. All balanced over the classes.
 */
export function accuracies(
  network: Network,
  images: readonly HeldImage[],
  size: number,
  options: AttackOptions,
): Accuracies {
  const set = imageExamples(images, size);
  const balanced = new BalancedAccuracy(images);
  const shown = Array.from({ length: SHOWN }, (_, i) => Math.floor((i * images.length) / SHOWN));
  const predict = predictor(network, set);
  const searched = attackSet(network, size, options);
  const attacks = [...searched, ...searched.map(randomly)].map(({ name, network: attacked, assault }, index) => {
    const kept = index < searched.length ? shown : [];
    return { name, run: attacker(attacked, set, assault, kept) };
  });

  return {
    parts: 1 + attacks.length,
    // Two for each ascent, which also makes the attack's image and its gradient, and some for the starts.
    cost: searched.length * (2 * options.steps + 4),
    async measure(parameters, done, warn) {
      const correct = (predictions: Int32Array): boolean[] =>
        images.map(({ label }, index) => predictions[index] === label);
      const seen = await predict(parameters);
      done("clean images");
      const results: (AttackedImages & { name: string })[] = [];
      for (const { name, run } of attacks) {
        const attacked = await run(parameters);
        done(name);
        if (attacked.predictions.every((prediction, index) => prediction === seen[index])) {
          warn(`the attack ${name} changed no prediction: the accuracy under it says nothing of the network`);
        }
        results.push({ name, ...attacked });
      }
      const right = [seen, ...results.map(({ predictions }) => predictions)].map(correct);
      const metrics = [
        balanced.metric("accuracy/clean", right[0]!, "clean"),
        balanced.metric("accuracy/worst", images.map((_, index) => right.every((each) => each[index])), "unforeseen"), // biome-ignore format: one call
        ...results.map(({ name }, i) => balanced.metric(`accuracy/${name}`, right[i + 1]!, "unforeseen")),
      ];
      const changes = results.flatMap(({ name, predictions, images: attacked }) =>
        [...attacked].map(([index, pixels]): Change => {
          const image = images[index]!;
          return { group: name, image, seenBefore: seen[index]!, pixels, seen: predictions[index]! };
        }),
      );
      return { metrics, seen, changes };
    },
  };
}
