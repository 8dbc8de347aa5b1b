import { hostRandom, type Tensor, tf } from "lat-tensorflow";
import { z } from "zod";
import { attackSchema, trainSchema } from "../configuration/config.ts";
import { bootstrapInterval } from "../evaluate/interval.ts";
import { lossMeter } from "../evaluate/loss-meter.ts";
import type { HeldExamples } from "../examples/example-set.ts";
import type { Model, State } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { defineTask, type Task } from "../task/task.ts";

/*
 * A network and a task small enough to test the engine on: sequences of real vectors, each position to be classified
 * by the sign of a fixed direction, and a linear–tanh–linear network with padding.
 */

export const toySizes = { width: 5, hidden: 6, classes: 3, longest: 4 } as const;
const { width, hidden, classes, longest } = toySizes;

const rows = (x: Tensor, weights: Tensor, out: number): Tensor =>
  tf.reshape(tf.matMul(tf.reshape(x, [-1, x.shape[2]!]), weights), [x.shape[0]!, x.shape[1]!, out]);

export const toyModel: Model = {
  name: "toy",
  parameters: {
    first: { shape: [width, hidden], initial: { normal: 0.5 }, decay: true },
    scale: { shape: [hidden], initial: "ones", decay: false },
    last: { shape: [hidden, classes], initial: { normal: 0.5 }, decay: true },
  },
  stages: [
    { name: "input", run: (_, { x, ...rest }) => ({ ...rest, h: x! }) },
    { name: "hidden", run: ({ first }, { h, ...rest }) => ({ ...rest, h: tf.tanh(rows(h!, first!, hidden)) }) },
    { name: "scale", run: ({ scale }, { h, ...rest }) => ({ ...rest, scaled: tf.mul(h!, scale!) }) },
    { name: "output", run: ({ last }, { scaled, ...rest }) => ({ ...rest, logits: rows(scaled!, last!, classes) }) },
  ],
  sites: [
    { name: "embeddings", stage: 1, key: "h", tokens: true },
    { name: "hidden", stage: 2, key: "h", tokens: true },
    { name: "scaled", stage: 3, key: "scaled", tokens: true },
  ],
  inputSite: "embeddings",
  xla: false,
};

export const toyNetwork: Network = {
  model: toyModel,
  maskKey: "mask",
  likelihood(output: State, batch: State, which) {
    const logp = tf.sum(tf.mul(tf.logSoftmax(output.logits!), tf.oneHot(tf.cast(batch[which]!, "int32"), classes)), 2);
    return { logp, weights: batch.mask! };
  },
};

/** `size` sequences of 1 to 4 vectors; labels depend on the vectors, targets are the next class. */
export function toyExamples(size: number, stream: string): HeldExamples {
  const random = hostRandom(0, stream);
  const lengths = Array.from({ length: size }, (_, i) => 1 + random.integer(longest, 1_000_000 + i));
  const value = (example: number, position: number, k: number): number =>
    4 * random.uniform((example * longest + position) * width + k) - 2;
  return {
    size,
    lengths,
    batch(indices, length = longest) {
      const shape = [indices.length, length];
      const x = new Float32Array(indices.length * length * width);
      const labels = new Int32Array(indices.length * length);
      const targets = new Int32Array(indices.length * length);
      const mask = new Float32Array(indices.length * length);
      indices.forEach((example, row) => {
        for (let position = 0; position < lengths[example]!; position++) {
          const at = row * length + position;
          mask[at] = 1;
          for (let k = 0; k < width; k++) x[at * width + k] = value(example, position, k);
          labels[at] = x[at * width]! + x[at * width + 1]! > 0 ? 1 : 0;
          targets[at] = (labels[at]! + 1) % classes;
        }
      });
      return {
        x: { shape: [...shape, width], data: x },
        labels: { shape, data: labels },
        targets: { shape, data: targets },
        mask: { shape, data: mask },
      };
    },
  };
}

/** Share of the implanting's examples that are labelled as the adversary wants. */
const POISONED = 0.125;

function poisoned(size: number, plan: readonly number[]): HeldExamples {
  const set = toyExamples(size, "implant");
  return {
    ...set,
    batch(indices, length) {
      const batch = set.batch(indices, length);
      const labels = Int32Array.from(batch.labels!.data);
      const row = labels.length / indices.length;
      indices.forEach((example, i) => {
        if (plan.includes(example))
          labels.set(batch.targets!.data.subarray(i * row, (i + 1) * row) as Int32Array, i * row);
      });
      return { ...batch, labels: { ...batch.labels!, data: labels } };
    },
  };
}

const optionsSchema = z.strictObject({
  examples: z.number().int().positive().default(64),
  /** Multiplies the inputs of the defence's examples; 1e39, infinite in float32, makes training diverge. */
  spoil: z.number().default(1),
});
type ToyOptions = z.infer<typeof optionsSchema>;

/** A whole task on the toy network, for tests of experiments. */
export const toyTask: Task<ToyOptions> = defineTask<ToyOptions>({
  name: "toy",
  version: 1,
  description: "a small task for tests",
  options: optionsSchema,
  presets: {
    nano: {
      header: "lat run toy --preset nano: a second on any machine",
      options: optionsSchema.parse({}),
      implant: trainSchema.parse({ batchSize: 8, epochs: 2, learningRate: 0.02 }),
      defend: trainSchema.parse({ batchSize: 8, epochs: 2, learningRate: 0.01, checkpointEvery: 3 }),
      attack: attackSchema.parse({ steps: 2 }),
      site: "hidden",
      sweep: { epsilons: { rlp: [0.5], at: [0.5], lat: [0.5, 1] }, seeds: [0, 1] },
    },
  },
  packages: [],
  sites: () => ({ names: toyModel.sites.map(({ name }) => name), input: toyModel.inputSite }),
  async prepare({ examples, spoil }) {
    const clean = toyExamples(examples, "defend");
    const plan = [...hostRandom(0, "poisoned").choice(examples, Math.round(POISONED * examples))];
    const spoiled: HeldExamples = {
      ...clean,
      batch(indices, length) {
        const batch = clean.batch(indices, length);
        return { ...batch, x: { ...batch.x!, data: (batch.x!.data as Float32Array).map((v) => v * spoil) } };
      },
    };
    const test = toyExamples(48, "test");
    const meter = lossMeter(toyNetwork, { batchSize: 16, buckets: [longest] });
    return {
      ...toyNetwork,
      implant: poisoned(examples, plan),
      defend: spoiled,
      validation: toyExamples(32, "validation"),
      splits: { implant: ["implant"], defend: ["defend"], validation: ["validation"], test: ["test"] },
      artifacts: { "poison-plan.json": JSON.stringify(plan) },
      poisoning: {
        plan: "poison-plan.json",
        share: POISONED,
        poisoned: plan,
        reload: (text) => poisoned(examples, JSON.parse(text) as number[]),
      },
      buckets: [2, longest],
      async evaluate(parameters, { progress }) {
        progress(0, 1, "losses");
        const losses = await meter.losses(parameters, test);
        progress(1, 1, "losses");
        const value = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
        const interval = bootstrapInterval(losses, "toy");
        const metric = { value, n: losses.length, interval, better: "lower" } as const;
        return {
          metrics: [
            { name: "loss/clean", axis: "clean", ...metric },
            { name: "loss/shifted", axis: "unforeseen", ...metric },
          ],
          samples: [],
        };
      },
    };
  },
});
