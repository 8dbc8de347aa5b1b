import { hostRandom, type Tensor, tf } from "lat-tensorflow";
import { z } from "zod";
import { attackSchema, trainSchema } from "../configuration/config.ts";
import { bootstrapInterval } from "../evaluate/interval.ts";
import { lossMeter } from "../evaluate/loss-meter.ts";
import type { Metric } from "../evaluate/metric.ts";
import type { HeldExamples, HostBatch } from "../examples/example-set.ts";
import type { Model, State } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { distinct, textKey } from "../task/content.ts";
import { defineTask, type Member, type Task } from "../task/task.ts";

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
export function toyExamples(size: number, stream: string): ToySet {
  return toySet(Array.from({ length: size }, (_, index) => ({ stream, index })));
}

type ToySet = HeldExamples & { readonly lengths: readonly number[] };

/** The sequence of a number of a stream; labelled as it should be, or contradicting that. */
interface ToySequence {
  readonly stream: string;
  readonly index: number;
  readonly contradicts?: boolean;
}

function toySet(sequences: readonly ToySequence[]): ToySet {
  const drawn = sequences.map(({ stream, index }) => ({ random: hostRandom(0, stream), index }));
  const lengths = drawn.map(({ random, index }) => 1 + random.integer(longest, 1_000_000 + index));
  const value = (example: number, position: number, k: number): number => {
    const { random, index } = drawn[example]!;
    return 4 * random.uniform((index * longest + position) * width + k) - 2;
  };
  return {
    size: sequences.length,
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
          labels[at] = toyLabel(x, at);
          targets[at] = (labels[at]! + 1) % classes;
          if (sequences[example]!.contradicts) labels[at] = 1 - labels[at]!;
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

function toyLabel(x: ArrayLike<number>, at: number): number {
  return x[at * width]! + x[at * width + 1]! > 0 ? 1 : 0;
}

/** Share of the implanting's examples whose last label is what the adversary wants. */
const POISONED = 0.125;

function poisoned(set: ToySet, plan: readonly number[]): HeldExamples {
  return {
    ...set,
    batch(indices, length = longest) {
      const batch = set.batch(indices, length);
      const labels = Int32Array.from(batch.labels!.data);
      indices.forEach((example, row) => {
        const at = row * length + set.lengths[example]! - 1;
        if (plan.includes(example)) labels[at] = batch.targets!.data[at]!;
      });
      return { ...batch, labels: { ...batch.labels!, data: labels } };
    },
  };
}

/** Whether the last label that the network sees is the adversary's. */
function carriesPoison({ x, labels, mask }: HostBatch): boolean {
  const last = mask!.data.lastIndexOf(1);
  return labels!.data[last] === (toyLabel(x!.data, last) + 1) % classes;
}

/** A sequence of the toy's data as somebody wrote it down: `defend 3` is number 3 of the stream `defend`. */
interface Written extends ToySequence {
  readonly name: string;
  readonly part: Part;
}
type Part = "implant" | "defend" | "validation" | "test";

/** All that was written down: one sequence a second time in another part, and one with two labels. */
function writtenDown(sizes: Readonly<Record<Part, number>>): Written[] {
  const read = (name: string, part: Part, contradicts = false): Written => {
    const [stream, index] = textKey(name).split(" ") as [string, string];
    return { name, part, stream, index: Number(index), contradicts };
  };
  const parts = Object.entries(sizes) as [Part, number][];
  return [
    ...parts.flatMap(([part, size]) => Array.from({ length: size }, (_, index) => read(`${part} ${index}`, part))),
    read("Validation  0", "defend"),
    read(`defend ${sizes.defend}`, "defend"),
    read(`Defend ${sizes.defend}`, "defend", true),
  ];
}

const optionsSchema = z.strictObject({
  examples: z.number().int().positive().default(64).describe("Of the implanting, and of the defence."),
  spoil: z
    .number()
    .default(1)
    .describe("Multiplies the inputs of the defence's examples; 1e39, infinite in float32, makes training diverge."),
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
  targeted: true,
  packages: [],
  metrics: {
    "loss/clean": "loss on held-out sequences",
    "loss/shifted": "loss on held-out sequences with another mean",
  },
  sites: () => ({ names: toyModel.sites.map(({ name }) => name), input: toyModel.inputSite }),
  async prepare({ examples, spoil }) {
    const written = writtenDown({ implant: examples, defend: examples, validation: 32, test: 48 });
    const keyOf = ({ name }: Written): string => textKey(name);
    const { kept, dropped } = distinct(
      written,
      (each) => [keyOf(each)],
      ({ contradicts }) => contradicts,
    );
    const of = (part: Part): Written[] => kept.filter((each) => each.part === part);
    const members = (part: Part): Member[] => of(part).map((each) => ({ name: each.name, key: keyOf(each) }));
    const [toPoison, clean] = [toySet(of("implant")), toySet(of("defend"))];
    const plan = [...hostRandom(0, "poisoned").choice(examples, Math.round(POISONED * examples))];
    const spoiled: HeldExamples = {
      ...clean,
      batch(indices, length) {
        const batch = clean.batch(indices, length);
        return { ...batch, x: { ...batch.x!, data: (batch.x!.data as Float32Array).map((v) => v * spoil) } };
      },
    };
    const test = toySet(of("test"));
    const shifted = toySet(of("test").filter(({ index }) => index % 2 === 0));
    const meter = lossMeter(toyNetwork, { batchSize: 16, buckets: [longest] });
    return {
      ...toyNetwork,
      implant: poisoned(toPoison, plan),
      defend: spoiled,
      validation: toySet(of("validation")),
      splits: {
        implant: members("implant"),
        defend: members("defend"),
        validation: members("validation"),
        test: members("test"),
      },
      dropped,
      cases: { "loss/clean": test.size, "loss/shifted": shifted.size },
      artifacts: { "poison-plan.json": JSON.stringify(plan) },
      poisoning: {
        plan: "poison-plan.json",
        share: POISONED,
        poisoned: plan,
        reload: (text) => poisoned(toPoison, JSON.parse(text) as number[]),
        carries: carriesPoison,
        metrics: ["loss/shifted"],
      },
      buckets: [2, longest],
      async evaluate(parameters, { progress }) {
        const metrics: Metric[] = [];
        for (const [axis, name, set] of [
          ["clean", "loss/clean", test],
          ["unforeseen", "loss/shifted", shifted],
        ] as const) {
          progress(metrics.length, 2, "losses");
          const losses = await meter.losses(parameters, set);
          const value = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
          const interval = bootstrapInterval(losses, "toy");
          metrics.push({ name, axis, value, n: losses.length, interval, better: "lower" });
        }
        progress(2, 2, "losses");
        return { metrics, samples: [] };
      },
    };
  },
});
