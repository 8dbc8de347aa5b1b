import { type AttackConfig, attackSchema, type Metric, type Network, resolveSites, type Tensors } from "lat-engine";
import { pictureExamples } from "../data/examples.ts";
import type { Picture } from "../data/picture.ts";
import { unforeseenAttacks } from "./attacks/index.ts";
import { corruptedBatch, corruptedNetwork, deltaSite } from "./corrupted.ts";
import { BalancedAccuracy } from "./metrics.ts";
import { type Assault, type Predict, predictor } from "./predictor.ts";
import type { Strength } from "./unforeseen.ts";

/** PGD's ε in L∞ on pixels in [0, 1]. */
const PGD_EPSILON: Readonly<Record<Strength, number>> = { low: 2 / 255, medium: 4 / 255, high: 8 / 255 };

export interface AttackOptions {
  readonly strength: Strength;
  /** Ascents of each attack. */
  readonly steps: number;
}

/** Accuracies of networks on held-out pictures, as they are and under each attack. */
export interface Accuracies {
  /** How many parts of the work are reported. */
  readonly parts: number;
  measure(parameters: Tensors, done: (what: string) => void, warn: (message: string) => void): Metric[];
}

/**
 * `accuracy/clean`; `accuracy/pgd` and one of each unforeseen attack; the same with random parameters in the ball of the
 * same size (`accuracy/pgd/random`); `accuracy/worst`, where a picture counts that is seen as what it is by itself and
 * under every attack. All balanced over the classes.
 */
export function accuracies(
  network: Network,
  pictures: readonly Picture[],
  size: number,
  { strength, steps }: AttackOptions,
): Accuracies {
  const set = pictureExamples(pictures, size);
  const balanced = new BalancedAccuracy(pictures);
  // With steps of 2.5 ε / T the far side of the ball can be reached, and its border be walked along.
  const search = attackSchema.parse({
    steps,
    start: "uniform",
    iterate: "best",
    stepSize: { relative: 2.5 / steps },
  });
  const assaultOf = (site: Assault["site"], epsilon: number, own: Partial<Assault["config"]>): Assault => ({
    site,
    epsilon,
    config: { ...search, ...own },
  });

  const attacks = [
    {
      name: "pgd",
      make: (own: Partial<AttackConfig>): Predict => {
        const [site] = resolveSites(network.model, [network.model.inputSite]);
        const config = { norm: "linf", rule: "sign", range: [0, 1], ...own } satisfies Partial<AttackConfig>;
        return predictor(network, set, 0, assaultOf(site!, PGD_EPSILON[strength], config));
      },
    },
    ...unforeseenAttacks.map((attack) => ({
      name: attack.name,
      make: (own: Partial<AttackConfig>): Predict => {
        const assault = assaultOf(deltaSite, attack.epsilon(size)[strength], { ...attack.search, ...own });
        const complete: Parameters<typeof predictor>[4] = (batch, indices) =>
          corruptedBatch(batch, attack, size, 0, indices);
        return predictor(corruptedNetwork(network, attack, size), set, 0, assault, complete);
      },
    })),
  ];
  const predictClean = predictor(network, set, 0);
  const searched = attacks.map(({ name, make }) => ({ name, predict: make({}) }));
  const random = attacks.map(({ name, make }) => ({
    name: `${name}/random`,
    predict: make({ steps: 0, iterate: "last" }),
  }));

  return {
    parts: 1 + searched.length + random.length,
    measure(parameters, done, warn) {
      const seen = predictClean(parameters);
      const clean = pictures.map(({ label }, index) => seen[index] === label);
      done("clean pictures");
      const results = [...searched, ...random].map(({ name, predict }) => {
        const predictions = predict(parameters);
        done(name);
        if (predictions.every((prediction, index) => prediction === seen[index])) {
          warn(`the attack ${name} changed no prediction: the accuracy under it says nothing of the network`);
        }
        return { name, correct: pictures.map(({ label }, index) => predictions[index] === label) };
      });
      const worst = clean.map((own, i) => own && results.every(({ correct }) => correct[i]!));
      return [
        balanced.metric("accuracy/clean", clean, "clean"),
        balanced.metric("accuracy/worst", worst, "unforeseen"),
        ...results.map(({ name, correct }) => balanced.metric(`accuracy/${name}`, correct, "unforeseen")),
      ];
    },
  };
}
