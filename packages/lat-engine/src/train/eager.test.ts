import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configure, disposeAll, NonFiniteError, tf } from "lat-tensorflow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attack } from "../attack/attack.ts";
import { attackSchema, trainSchema } from "../configuration/config.ts";
import { lossMeter } from "../evaluate/loss-meter.ts";
import { initialize } from "../model/initialize.ts";
import type { Tensors } from "../model/model.ts";
import { resolveSites } from "../model/sites.ts";
import { relativeError } from "../testing/tensors.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { descent } from "./descent.ts";
import { optimizer } from "./optimizer.ts";
import type { StepRecord } from "./step-record.ts";
import { train } from "./trainer.ts";

const config = trainSchema.parse({
  ...{ batchSize: 4, accumulate: 2, epochs: 1, learningRate: 0.1, optimizer: "sgd", validateEvery: 2 },
});
const attackConfig = attackSchema.parse({ steps: 2, adversarialShare: 0.5 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lat-eager-"));
});
afterEach(() => {
  configure({ eager: false });
  rmSync(folder, { recursive: true, force: true });
});

/** Trains from the parameters, with everything that a training has made anew. */
async function trainFrom(parameters: Tensors, eager: boolean) {
  configure({ eager });
  const own = {
    descent: descent(toyNetwork, optimizer(toyModel, config), config, attackConfig),
    attack: attack(toyNetwork, resolveSites(toyModel, ["hidden"]), attackConfig),
    meter: lossMeter(toyNetwork, { batchSize: 16, buckets: [4] }),
  };
  const epsilon = tf.scalar(0.5);
  const records: StepRecord[] = [];
  try {
    const trained = await train({
      ...{ model: toyModel, parameters, config, epsilon, buckets: [2, 4], seed: 7, meter: own.meter },
      descent: own.descent,
      perturber: { attack: own.attack, epsilon },
      examples: toyExamples(40, "train"),
      validation: toyExamples(20, "validation"),
      checkpoints: join(folder, String(eager)),
      onStart: () => {},
      onStep: (record) => void records.push(record),
      warn: () => {},
    });
    return { parameters: trained.parameters, records };
  } finally {
    epsilon.dispose();
    for (const each of Object.values(own)) each.release();
  }
}

describe("training operation by operation", () => {
  it("trains to the network that it trains to compiled, and leaves no other tensor", async () => {
    const parameters = initialize(toyModel, 0);
    const before = tf.memory().numTensors;
    const compiled = await trainFrom(parameters, false);
    const eager = await trainFrom(parameters, true);
    for (const [name, tensor] of Object.entries(compiled.parameters))
      expect(relativeError(eager.parameters[name]!, tensor), name).toBeLessThan(1e-5);
    expect(eager.records).toHaveLength(5);
    for (const [i, { loss, attackLosses, validationLoss }] of compiled.records.entries()) {
      const record = eager.records[i]!;
      expect(record.loss / loss).toBeCloseTo(1, 5);
      attackLosses!.forEach((value, t) => void expect(record.attackLosses![t]! / value).toBeCloseTo(1, 5));
      if (validationLoss) expect(record.validationLoss! / validationLoss).toBeCloseTo(1, 5);
    }
    disposeAll(compiled.parameters, eager.parameters);
    expect(tf.memory().numTensors).toBe(before);
    disposeAll(parameters);
  });

  it("stops at the operation that makes the first value that is not finite, where the compiled one tells the step", async () => {
    const parameters = initialize(toyModel, 0);
    // tanh(x · first) is within 1: its product with `scale` is what overflows.
    const spoiled = {
      ...parameters,
      scale: tf.fill(parameters.scale!.shape, 3.4e38),
      last: tf.mul(parameters.last!, 9),
    };
    await expect(trainFrom(spoiled, false)).rejects.toThrow(/diverged at step 1 of 5/);
    const error = await trainFrom(spoiled, true).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as Error).message).toMatch(
      /^Mul in the function "ascend" at .*toy\.ts:\d+:\d+: its result float32\[4,\d,6\] holds .*Inf.*the first.*args\[0\]\.scale = float32\[6\] of 3\.4e\+38 to 3\.4e\+38\.$/,
    );
    disposeAll(parameters, spoiled);
  });
});
