import { createInterface } from "node:readline";
import {
  advance,
  attack,
  attackSchema,
  initialize,
  initialState,
  type MicroBatch,
  type Network,
  optimizer,
  outerStep,
  resolveSites,
  type TrainState,
  toTensors,
  trainSchema,
} from "lat-engine";
import { llama, tokenLikelihood } from "lat-models";
import { configure, hostRandom, tf } from "lat-tensorflow";
import { type Size, work } from "./sizes.ts";

// The engine as a server: `plain 5` or `lat 5` on standard input is answered by a line with the seconds of each step.
// A step is everything that the trainer does for one: upload, attack, update, and reading what they report.

const { batch, tokens, config } = JSON.parse(process.argv[2]!) as Size;
configure({ device: "cpu", threads: 2 });

const model = llama(config);
const network: Network = { model, likelihood: tokenLikelihood, maskKey: "mask" };
const train = trainSchema.parse({ learningRate: work.learningRate, weightDecay: work.weightDecay, clip: work.clip });
const attackConfig = attackSchema.parse({ steps: work.ascents });
const rule = optimizer(model, train);
const outer = outerStep(network, rule, train, attackConfig);
const perturber = {
  attack: attack(network, resolveSites(model, [work.site]), attackConfig),
  epsilon: tf.scalar(work.epsilon),
};

const random = hostRandom(0, "bench");
const draw = (offset: number) =>
  Int32Array.from({ length: batch * tokens }, (_, i) => random.integer(config.vocab_size, offset + i));
const shape = [batch, tokens];
const ones = new Float32Array(batch * tokens).fill(1);
const host = {
  tokens: { shape, data: draw(0) },
  labels: { shape, data: draw(batch * tokens) },
  mask: { shape, data: ones },
  weights: { shape, data: ones },
};
const examples = Array.from({ length: batch }, (_, i) => i);

const parameters = initialize(model, 0);
let held: TrainState = { parameters, state: initialState(rule, parameters) };
let number = 0;

function step(perturbed: boolean): number {
  const began = performance.now();
  number++;
  const microBatches: MicroBatch[] = [{ batch: toTensors(host), draws: { seed: 0, step: number, examples } }];
  held = advance(outer, perturbed ? perturber : undefined, held, microBatches, work.learningRate, number);
  return (performance.now() - began) / 1000;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, count] = line.split(" ");
  console.log(JSON.stringify(Array.from({ length: Number(count) }, () => step(kind === "lat"))));
}
