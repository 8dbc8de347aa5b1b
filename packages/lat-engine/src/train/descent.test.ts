import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { attack } from "../attack/attack.ts";
import { type AttackConfig, attackSchema, type TrainConfig, trainSchema } from "../configuration/config.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import type { Tensors } from "../model/model.ts";
import { resolveSites } from "../model/sites.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { descent } from "./descent.ts";
import { clippedMean, initialState, optimizer } from "./optimizer.ts";
import { step } from "./step.ts";

const examples = toyExamples(32, "update");
const parameters = initialize(toyModel, 1);

/** One step on micro-batches of the given examples; the parameters after it. */
function stepOn(
  groups: readonly (readonly number[])[],
  trainChanges: Partial<TrainConfig>,
  attackChanges?: Partial<AttackConfig>,
) {
  const train = trainSchema.parse({ optimizer: "sgd", momentum: 0, clip: null, ...trainChanges });
  const attackConfig = attackSchema.parse(attackChanges ?? {});
  const rule = optimizer(toyModel, train);
  const parts = descent(toyNetwork, rule, train, attackConfig);
  const perturber = attackChanges && {
    attack: attack(toyNetwork, resolveSites(toyModel, ["hidden"]), attackConfig),
    epsilon: tf.scalar(1),
  };
  let next = 0;
  const microBatches = groups.map((indices) => ({
    batch: toTensors(examples.batch(indices, 4)),
    draws: { seed: 0, step: 0, examples: indices.map(() => next++) },
  }));
  const state = initialState(rule, parameters);
  return step(parts, perturber, parameters, state, microBatches, tf.scalar(0.1), tf.scalar(1));
}

function distance(a: Tensors, b: Tensors): number {
  return Math.max(...Object.keys(a).map((name) => tf.max(tf.abs(tf.sub(a[name]!, b[name]!))).dataSync()[0]!));
}

describe("accumulation", () => {
  const whole = [[0, 1, 2, 3, 4, 5, 6, 7]];
  const parts = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
  ];

  it.each([
    ["fine-tuning", undefined],
    ["LAT", { steps: 3 }],
  ] as const)("of micro-batches equals the whole batch (%s)", (_, changes) => {
    const [a, b] = [whole, parts].map((groups) => stepOn(groups, {}, changes));
    expect(distance(a!.parameters, b!.parameters)).toBeLessThan(1e-6);
    expect(distance(a!.parameters, parameters)).toBeGreaterThan(1e-3);
    expect(a!.loss.dataSync()[0]).toBeCloseTo(b!.loss.dataSync()[0]!, 5);
  });

  it("published: an attacked step has the last micro-batch's gradient alone, over the number of micro-batches", () => {
    const moved = (
      groups: readonly (readonly number[])[],
      behaviour: "published" | "corrected",
      examplesBefore = 0,
    ) => {
      // A zero start makes δ independent of the examples' numbers.
      const { parameters: after } = stepOn(groups, {}, { steps: 2, start: "zero", behaviour });
      return Object.fromEntries(
        Object.keys(after).map((name) => [name, tf.sub(after[name]!, parameters[name]!)]),
      ) as Tensors & { n?: typeof examplesBefore };
    };
    const all = moved(parts, "published");
    const last = moved([parts[2]!], "published");
    expect(
      distance(all, Object.fromEntries(Object.entries(last).map(([name, delta]) => [name, tf.div(delta, 3)]))),
    ).toBeLessThan(1e-6);
    expect(distance(all, moved(parts, "corrected"))).toBeGreaterThan(1e-3);
  });
});

describe("the clean share of the loss", () => {
  it("interpolates between the perturbed and the clean gradient", () => {
    const after = (adversarialShare: number): Tensors =>
      stepOn([[0, 1, 2, 3]], {}, { steps: 2, start: "zero", adversarialShare }).parameters;
    const [clean, half, perturbed] = [after(0), after(0.5), after(1)];
    const middle = Object.fromEntries(
      Object.keys(half).map((name) => [name, tf.div(tf.add(clean[name]!, perturbed[name]!), 2)]),
    );
    expect(distance(half, middle)).toBeLessThan(1e-6);
    expect(distance(clean, stepOn([[0, 1, 2, 3]], {}).parameters)).toBeLessThan(1e-6);
    expect(distance(clean, perturbed)).toBeGreaterThan(1e-3);
  });
});

describe("optimizers", () => {
  const one = { w: tf.tensor1d([2, -3]) };
  const model = { ...toyModel, parameters: { w: { shape: [2], initial: "ones", decay: true } as const } };
  const gradients = { w: tf.tensor1d([0.5, -4]) };

  it("adamw moves by the learning rate at the first step, whatever the gradient's size, and decays apart from it", () => {
    const rule = optimizer(model, trainSchema.parse({ weightDecay: 0.1 }));
    const { parameters: after } = rule.apply(one, initialState(rule, one), gradients, tf.scalar(0.01), tf.scalar(1));
    const expected = [2 * (1 - 0.001) - 0.01, -3 * (1 - 0.001) + 0.01];
    after.w!.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  it("sgd accumulates momentum", () => {
    const rule = optimizer(model, trainSchema.parse({ optimizer: "sgd", momentum: 0.5 }));
    const first = rule.apply(one, initialState(rule, one), gradients, tf.scalar(0.1), tf.scalar(1));
    const second = rule.apply(first.parameters, first.state, gradients, tf.scalar(0.1), tf.scalar(2));
    const expected = [2 - 0.05 - 0.075, -3 + 0.4 + 0.6];
    second.parameters.w!.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  it("clips by the global norm and reports the norm before", () => {
    const { gradients: clipped, norm } = clippedMean({ a: tf.tensor1d([6]), b: tf.tensor1d([8]) }, tf.scalar(2), 1);
    expect(norm.dataSync()[0]).toBe(5);
    expect(clipped.a!.dataSync()[0]).toBeCloseTo(0.6, 5);
    expect(clippedMean({ a: tf.tensor1d([6]) }, tf.scalar(2), 10).gradients.a!.dataSync()[0]).toBe(3);
  });
});
