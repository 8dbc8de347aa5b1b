import { type Tensor, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { attack } from "../attack/attack.ts";
import { type AttackConfig, attackSchema, type TrainConfig, trainSchema } from "../configuration/config.ts";
import type { Model, State } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { forward } from "../model/run.ts";
import { resolveSites } from "../model/sites.ts";
import { descent } from "./descent.ts";
import { initialState, optimizer } from "./optimizer.ts";
import { step } from "./step.ts";

const MOMENTUM = 0.25;

/** A network that centres its activation: by the batch's mean in training, by the running mean in use. */
const model: Model = {
  name: "centred",
  parameters: {
    weight: { shape: [2], initial: "ones", decay: true },
    "running.mean": { shape: [2], initial: "zeros", decay: false, kind: "statistic" },
  },
  stages: [
    { name: "input", run: (_, { x, ...rest }) => ({ ...rest, h: x! }) },
    {
      name: "centre",
      run({ weight, "running.mean": running }, { h, ...rest }, mode) {
        const mean = mode === "train" ? tf.mean(h!, 0) : running!;
        const next = tf.add(tf.mul(running!, 1 - MOMENTUM), tf.mul(mean, MOMENTUM));
        const logit = tf.mul(tf.sub(h!, mean), weight!);
        return { ...rest, logit, ...(mode === "train" && { "running.mean": next }) };
      },
    },
  ],
  sites: [{ name: "h", stage: 1, key: "h", tokens: false }],
  inputSite: "h",
  xla: false,
};

const network: Network = {
  model,
  likelihood: ({ logit }) => ({ logp: tf.neg(tf.square(tf.sub(logit!, 1))), weights: tf.onesLike(logit!) }),
};

const parameters = { weight: tf.tensor1d([0.5, -1]), "running.mean": tf.tensor1d([2, -3]) };
const [first, second] = [[[1, 2], [3, 6]], [[-1, 0], [5, 4]]]; // biome-ignore format: pairs of examples
const values = (tensor: Tensor | undefined): number[] => [...tensor!.dataSync()];

function stepOn(batches: number[][][], train: Partial<TrainConfig>, attacked?: Partial<AttackConfig>) {
  const trainConfig = trainSchema.parse({ optimizer: "sgd", clip: null, ...train });
  const attackConfig = attackSchema.parse(attacked ?? {});
  const rule = optimizer(model, trainConfig);
  const perturber = attacked && {
    attack: attack(network, resolveSites(model, ["h"]), attackConfig),
    epsilon: tf.scalar(0.5),
  };
  const microBatches = batches.map((rows) => ({
    batch: { x: tf.tensor2d(rows) },
    draws: { seed: 0, step: 0, examples: rows.map((_, i) => i) },
  }));
  const state = initialState(rule, parameters);
  const parts = descent(network, rule, trainConfig, attackConfig);
  return step(parts, perturber, parameters, state, microBatches, tf.scalar(0.1), tf.scalar(1));
}

const after = (running: number[], mean: number[]) => running.map((r, i) => r * (1 - MOMENTUM) + mean[i]! * MOMENTUM);

describe("running statistics", () => {
  it("follow the batch and have neither gradient nor optimizer state", () => {
    const result = stepOn([first!], {});
    expect(values(result.parameters["running.mean"])).toEqual(after([2, -3], [2, 4]));
    expect(values(result.parameters.weight)).not.toEqual([0.5, -1]);
    expect(Object.keys(result.state.velocity!)).toEqual(["weight"]);
  });

  it("follow accumulated micro-batches one after another", () => {
    const { parameters: moved } = stepOn([first!, second!], {});
    expect(values(moved["running.mean"])).toEqual(after(after([2, -3], [2, 4]), [2, 2]));
  });

  it("follow the perturbed and then the clean pass where the loss is on both", () => {
    // Without ascent a zero start perturbs nothing: both passes see the same mean.
    const { parameters: moved } = stepOn([first!], {}, { steps: 0, start: "zero", adversarialShare: 0.5 });
    expect(values(moved["running.mean"])).toEqual(after(after([2, -3], [2, 4]), [2, 4]));
  });

  it("stay where training is to use them as they are", () => {
    const { parameters: moved } = stepOn([first!, second!], { batchNorm: "evaluate" });
    expect(values(moved["running.mean"])).toEqual([2, -3]);
    expect(values(moved.weight)).not.toEqual([0.5, -1]);
  });
});

describe("the attacked network", () => {
  const meanLoss = (mode: "train" | "evaluate") => {
    const output: State = forward(model, parameters, { x: tf.tensor2d(first!) }, {}, mode);
    return values(tf.mean(tf.neg(network.likelihood(output, {}, "labels").logp)))[0]!;
  };

  it.each(["train", "evaluate"] as const)("is in the mode that is asked for (%s)", (batchNorm) => {
    const { attacked } = stepOn([first!], {}, { steps: 1, start: "zero", batchNorm });
    expect(values(attacked!.values[0])[0]).toBeCloseTo(meanLoss(batchNorm), 5);
    expect(meanLoss("train")).not.toBeCloseTo(meanLoss("evaluate"), 1);
  });

  it.each(["train", "evaluate"] as const)("is what all T + 1 values are measured on (%s)", (batchNorm) => {
    for (const steps of [0, 1, 3]) {
      const config = { steps, start: "zero", stepSize: 0.1, batchNorm } as const;
      const { attacked } = stepOn([first!], {}, config);
      expect(attacked!.values).toHaveLength(steps + 1);
      const made = attack(network, resolveSites(model, ["h"]), attackSchema.parse(config));
      const batch = { x: tf.tensor2d(first!) };
      const { report } = made.run(parameters, batch, tf.scalar(0.5), { seed: 0, step: 0, examples: [0, 1] });
      attacked!.values.forEach(
        (value, t) => void expect(values(value)[0]).toBeCloseTo(values(report.values[t])[0]!, 5),
      );
    }
  });

  it("has its values averaged over the micro-batches, the last like the others", () => {
    const config = { steps: 2, start: "zero", batchNorm: "evaluate" } as const;
    const alone = [first!, second!].map((batch) => stepOn([batch], { batchNorm: "evaluate" }, config).attacked!.values);
    const both = stepOn([first!, second!], { batchNorm: "evaluate" }, config).attacked!.values;
    expect(both).toHaveLength(3);
    both.forEach((value, t) => {
      expect(values(value)[0]).toBeCloseTo((values(alone[0]![t])[0]! + values(alone[1]![t])[0]!) / 2, 5);
    });
  });
});

describe("a frozen parameter", () => {
  const frozen: Network = {
    ...network,
    model: {
      ...model,
      parameters: {
        weight: { ...model.parameters.weight!, kind: "frozen" },
        bias: { shape: [2], initial: "zeros", decay: true },
      },
      stages: [
        model.stages[0]!,
        {
          name: "affine",
          run: ({ weight, bias }, { h, ...rest }) => ({
            ...rest,
            weight: tf.zerosLike(weight!),
            logit: tf.add(tf.mul(h!, weight!), bias!),
          }),
        },
      ],
    },
  };

  it("stays what it is, is no statistic, and takes no value from the attack", () => {
    const config = attackSchema.parse({ steps: 1 });
    const train = trainSchema.parse({ optimizer: "sgd", weightDecay: 0.1 });
    const rule = optimizer(frozen.model, train);
    expect(rule.trained).toEqual(["bias"]);
    const weights = { weight: tf.tensor1d([0.5, -1]), bias: tf.tensor1d([0.25, 0.5]) };
    const perturber = { attack: attack(frozen, resolveSites(frozen.model, ["h"]), config), epsilon: tf.scalar(0.5) };
    const parts = descent(frozen, rule, train, config);
    const microBatch = { batch: { x: tf.tensor2d(first!) }, draws: { seed: 0, step: 0, examples: [0, 1] } };
    const state = initialState(rule, weights);
    const result = step(parts, perturber, weights, state, [microBatch], tf.scalar(0.1), tf.scalar(1));
    expect(parts.measuresAttack).toBe(true);
    expect(result.attacked!.values).toHaveLength(2);
    expect(values(result.parameters.weight)).toEqual([0.5, -1]);
    expect(values(result.parameters.bias)).not.toEqual([0.25, 0.5]);
    expect(Object.keys(result.state.velocity!)).toEqual(["bias"]);
  });
});
