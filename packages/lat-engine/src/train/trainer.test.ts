import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeAll, tf } from "lat-tensorflow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attack } from "../attack/attack.ts";
import { attackSchema, type TrainConfig, trainSchema } from "../configuration/config.ts";
import { type LossMeter, lossMeter } from "../evaluate/loss-meter.ts";
import type { ExampleSet } from "../examples/example-set.ts";
import { initialize } from "../model/initialize.ts";
import type { Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { resolveSites } from "../model/sites.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { descent } from "./descent.ts";
import { optimizer } from "./optimizer.ts";
import type { StepRecord } from "./step-record.ts";
import { DivergedError, type TrainJob, train } from "./trainer.ts";

const attackConfig = attackSchema.parse({ steps: 2 });
const parameters = initialize(toyModel, 0);
const perturber = {
  attack: attack(toyNetwork, resolveSites(toyModel, ["hidden"]), attackConfig),
  epsilon: tf.scalar(0.5),
};
const meter = lossMeter(toyNetwork, { batchSize: 16, buckets: [4] });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lat-train-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function jobOf(
  changes: Partial<TrainConfig> = {},
  rest: Partial<TrainJob> = {},
): TrainJob & { lines: StepRecord[]; warnings: string[] } {
  const config = trainSchema.parse({ batchSize: 4, epochs: 2, learningRate: 0.02, checkpointEvery: 3, ...changes });
  const lines: StepRecord[] = [];
  const warnings: string[] = [];
  return {
    model: toyModel,
    descent: descent(toyNetwork, optimizer(toyModel, config), config, attackConfig),
    perturber,
    parameters,
    examples: toyExamples(40, "train"),
    buckets: [2, 4],
    validation: toyExamples(20, "validation"),
    meter,
    config,
    seed: 7,
    checkpoints: join(folder, "checkpoints"),
    onStart: () => {},
    onStep: (progress) => lines.push(progress),
    warn: (message) => warnings.push(message),
    lines,
    warnings,
    ...rest,
  };
}

const bits = (tensors: Tensors): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      [...new Uint32Array((tensor.dataSync() as Float32Array).slice().buffer)],
    ]),
  );

/** Trains, stopping after each of the given steps and continuing from the checkpoint. */
async function trainWithStops(
  stops: readonly number[],
  changes: Partial<TrainConfig> = {},
): Promise<Record<string, number[]>> {
  for (const stop of stops) {
    const controller = new AbortController();
    const { parameters: partial, interrupted } = await train(
      jobOf(changes, { signal: controller.signal, onStep: ({ step }) => step >= stop && controller.abort() }),
    );
    expect(interrupted).toBe(true);
    disposeAll(partial);
  }
  return bits((await train(jobOf(changes))).parameters);
}

describe("training", () => {
  it("reports the validation loss of the steps that are validated, the last one too", async () => {
    const job = jobOf({ epochs: 1, validateEvery: 4 });
    const trained = await train(job);
    expect(job.lines.filter(({ validationLoss }) => validationLoss !== undefined).map(({ step }) => step)).toEqual([
      4, 8, 10,
    ]);
    const best = job.lines.reduce(
      (lowest, { validationLoss = Infinity }) => Math.min(lowest, validationLoss),
      Infinity,
    );
    const losses = await meter.losses(trained.parameters, job.validation);
    expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBe(best);
    disposeAll(trained.parameters);
  });

  it("lowers the loss, and the same job gives the same bits", async () => {
    const job = jobOf({ epochs: 8 }, { perturber: undefined });
    const first = bits((await train(job)).parameters);
    expect(job.lines).toHaveLength(80);
    const mean = (from: number, to: number): number =>
      job.lines.slice(from, to).reduce((sum, { loss }) => sum + loss, 0) / (to - from);
    expect(mean(70, 80)).toBeLessThan(mean(0, 10) * 0.7);
    rmSync(join(folder, "checkpoints"), { recursive: true });
    expect(bits((await train(jobOf({ epochs: 8 }, { perturber: undefined }))).parameters)).toEqual(first);
  });

  it("trains to the same bits on batches that other threads make, which are asked for a step ahead", async () => {
    const held = toyExamples(40, "train");
    const events: string[] = [];
    const promised: ExampleSet = {
      ...held,
      async batch(...asked) {
        events.push("asked");
        await new Promise((resolve) => setTimeout(resolve, 1));
        return held.batch(...asked);
      },
    };
    const whole = bits((await train(jobOf({ epochs: 1, accumulate: 2 }))).parameters);
    rmSync(join(folder, "checkpoints"), { recursive: true });
    const onStep = ({ step }: StepRecord): void => void events.push(`step ${step}`);
    const job = jobOf({ epochs: 1, accumulate: 2 }, { examples: promised, onStep });
    expect(bits((await train(job)).parameters)).toEqual(whole);
    const two = ["asked", "asked"];
    expect(events).toEqual([...two, ...two, "step 1", ...two, "step 2", ...two, "step 3", ...two, "step 4", "step 5"]);
  });

  it.each([["adamw"], ["sgd"]] as const)(
    "continues from a checkpoint to the same bits, wherever it stopped (%s)",
    async (kind) => {
      const whole = await trainWithStops([], { optimizer: kind });
      for (const stops of [[1], [3], [5, 11, 19]]) {
        rmSync(join(folder, "checkpoints"), { recursive: true });
        expect(await trainWithStops(stops, { optimizer: kind })).toEqual(whole);
      }
    },
  );

  it("passes over a damaged checkpoint, and still ends with the same bits", async () => {
    const whole = await trainWithStops([]);
    rmSync(join(folder, "checkpoints"), { recursive: true });
    const controller = new AbortController();
    await train(jobOf({}, { signal: controller.signal, onStep: ({ step }) => step >= 8 && controller.abort() }));
    const newest = readdirSync(join(folder, "checkpoints")).sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)))[0]!;
    writeFileSync(join(folder, "checkpoints", newest, "model.safetensors"), "cut short");
    const job = jobOf();
    expect(bits((await train(job)).parameters)).toEqual(whole);
    expect(job.warnings).toEqual([expect.stringMatching(/step-8 is damaged and is passed over: .*SHA-256/)]);
    expect(job.lines[0]!.step).toBe(7);
  });

  it("stops where a loss is not finite, naming step and examples, and keeps the last checkpoint", async () => {
    const examples = toyExamples(40, "train");
    const spoiled: typeof examples = {
      ...examples,
      batch(indices, length) {
        const batch = examples.batch(indices, length);
        if (indices.includes(17)) (batch.x!.data as Float32Array)[0] = Number.NaN;
        return batch;
      },
    };
    const job = jobOf({ checkpointEvery: 1 }, { examples: spoiled });
    const before = tf.memory().numTensors;
    const error = await train(job).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/diverged at step \d+ of 20: loss NaN, .* on the examples .*\b17\b/);
    expect(tf.memory().numTensors).toBe(before);
    expect(readdirSync(join(folder, "checkpoints"))).toContain(`step-${job.lines.length}`);
  });

  it("stops where the validation loss or a loss of the attack is not finite, and leaves no tensors", async () => {
    const nan: LossMeter = { losses: async () => Float64Array.of(1, Number.NaN), release: () => {} };
    // An attack on targets whose probability is zero: −∞ before and after, whatever the loss on the labels is.
    const { likelihood } = toyNetwork;
    const impossible: Network = {
      ...toyNetwork,
      likelihood(output, batch, which) {
        const read = likelihood(output, batch, which);
        return which === "targets" ? { ...read, logp: tf.log(tf.mul(tf.exp(read.logp), 0)) } : read;
      },
    };
    const targeted = attackSchema.parse({ steps: 1, objective: "targeted" });
    const attacked = {
      perturber: { ...perturber, attack: attack(impossible, resolveSites(toyModel, ["hidden"]), targeted) },
      descent: descent(impossible, optimizer(toyModel, trainSchema.parse({})), trainSchema.parse({}), targeted),
    };
    const before = tf.memory().numTensors;
    const validated = train(jobOf({ validateEvery: 2 }, { meter: nan, perturber: undefined }));
    await expect(validated).rejects.toThrow("training diverged by step 2 of 20: the validation loss is NaN");
    await expect(train(jobOf({}, attacked))).rejects.toThrow(
      /diverged at step 1 of 20: loss [\d.]+, gradient norm [\d.]+, attack loss (-Infinity|NaN) → (-Infinity|NaN), on the examples/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it("keeps the best validated parameters and stops when patience runs out", async () => {
    // A rate this large makes validation worse after the first steps.
    const job = jobOf(
      { epochs: 40, learningRate: 3, clip: null, validateEvery: 2, patience: 3 },
      { perturber: undefined },
    );
    const { parameters: best, interrupted } = await train(job);
    expect(interrupted).toBe(false);
    expect(job.lines.length).toBeLessThan(400);
    const lossOf = async (tensors: Tensors): Promise<number> =>
      (await meter.losses(tensors, job.validation)).reduce((sum, loss) => sum + loss, 0);
    rmSync(join(folder, "checkpoints"), { recursive: true });
    const last = await train(
      jobOf({ epochs: job.lines.length / 10, learningRate: 3, clip: null }, { perturber: undefined }),
    );
    expect(await lossOf(best)).toBeLessThanOrEqual(await lossOf(last.parameters));
  });

  it("holds the number of tensors constant over 50 LAT steps", async () => {
    const counts: number[] = [];
    const job = jobOf({ epochs: 5, checkpointEvery: 1000 }, { onStep: () => counts.push(tf.memory().numTensors) });
    const before = tf.memory().numTensors;
    const { parameters: trained } = await train(job);
    expect(counts).toHaveLength(50);
    expect(new Set(counts).size).toBe(1);
    disposeAll(trained);
    expect(tf.memory().numTensors).toBe(before);
  });
});
