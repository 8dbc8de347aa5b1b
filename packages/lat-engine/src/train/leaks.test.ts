import { gather, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { attack } from "../attack/attack.ts";
import { attackSchema, trainSchema } from "../configuration/config.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import type { Model, Stage } from "../model/model.ts";
import { resolveSites } from "../model/sites.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { descent } from "./descent.ts";
import { initialState, optimizer } from "./optimizer.ts";
import { advance } from "./step.ts";

/** The toy network with a stage that fails in TensorFlow where the batch's `order` names an example that is not there. */
function failing(place: "prefix" | "ascent" | "outer step"): Model {
  const [input, hidden, ...rest] = toyModel.stages;
  const ordering = (stage: Stage, inMode?: string): Stage => ({
    name: stage.name,
    run(weights, state, mode) {
      const result = stage.run(weights, state, mode);
      if (inMode !== undefined && mode !== inMode) return result;
      const { shape } = result.h!;
      const rows = gather(tf.reshape(result.h!, [shape[0]!, -1]), state.order!);
      return { ...result, h: tf.reshape(rows, shape) };
    },
  });
  if (place === "prefix") return { ...toyModel, stages: [ordering(input!), hidden!, ...rest] };
  // The attack runs the network as it is in use, the outer step as in training.
  return { ...toyModel, stages: [input!, ordering(hidden!, place === "ascent" ? "evaluate" : "train"), ...rest] };
}

describe.each(["prefix", "ascent", "outer step"] as const)("an operation that throws in the %s", (place) => {
  it.each([{ steps: 2 }, { steps: 2, iterate: "best", restarts: 2 }] as const)(
    "leaves no tensor behind (%o)",
    (changes) => {
      const model = failing(place);
      const network = { ...toyNetwork, model };
      const train = trainSchema.parse({ accumulate: 2, batchNorm: "train" });
      const config = attackSchema.parse(changes);
      const rule = optimizer(model, train);
      const outer = descent(network, rule, train, config);
      const attacker = attack(network, resolveSites(model, ["embeddings"]), config);
      const perturber = { attack: attacker, epsilon: tf.scalar(1) };
      const once = (orders: number[][]): number => {
        const before = tf.memory().numTensors;
        const parameters = initialize(model, 0);
        const from = { parameters, state: initialState(rule, parameters) };
        const microBatches = orders.map((order, micro) => ({
          batch: { ...toTensors(toyExamples(4, "leaks").batch([0, 1], 4)), order: tf.tensor1d(order, "int32") },
          draws: { seed: 0, step: 0, examples: [2 * micro, 2 * micro + 1] },
        }));
        try {
          const { record: _, ...next } = advance(outer, perturber, from, microBatches, 0.1, 1);
          tf.dispose(next as never);
        } finally {
          made = tf.memory().numTensors - before;
        }
        return made;
      };
      let made = Number.NaN;
      const good = [0, 1];
      const bad = [0, 99];
      expect(once([good, good])).toBe(0);
      expect(() => once([good, bad])).toThrow(/99/);
      expect(made).toBe(0);
      expect(once([good, good])).toBe(0);
    },
  );
});

it.each(["prefix", "ascent"] as const)("an attack by itself that throws in the %s leaves no tensor behind", (place) => {
  const model = failing(place);
  const attacker = attack({ ...toyNetwork, model }, resolveSites(model, ["embeddings"]), { steps: 2 });
  const [parameters, epsilon] = [initialize(model, 0), tf.scalar(1)];
  const batch = { ...toTensors(toyExamples(4, "leaks").batch([0, 1], 4)), order: tf.tensor1d([0, 99], "int32") };
  const before = tf.memory().numTensors;
  expect(() => attacker.run(parameters, batch, epsilon, { seed: 0, step: 0, examples: [0, 1] })).toThrow(/99/);
  expect(tf.memory().numTensors).toBe(before);
});
