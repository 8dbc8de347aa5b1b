import { createInterface } from "node:readline";
import {
  advance,
  attack,
  initialize,
  initialState,
  type MicroBatch,
  optimizer,
  outerStep,
  resolveSites,
  type TrainState,
  toTensors,
} from "lat-engine";
import { configure, tf } from "lat-tensorflow";
import { sizes } from "./sizes.ts";

// The engine as a server: `plain 5` or `lat 5` on standard input is answered by a line with the seconds of each step.
// A step is everything that the trainer does for one: making the batch, upload, attack, update, and reading what they
// report.
//
//     bun worker.ts SIZE [ready]      ready: a few batches are made before the first step and trained on in turn

const [name, ready] = process.argv.slice(2);
const READY = 8;
const { subject, site, epsilon, train, attack: attackConfig } = sizes.find((size) => size.name === name)!;
configure({ device: "cpu", threads: 2 });

const { network, batch } = await subject.make();
const made = ready === undefined ? [] : Array.from({ length: READY }, (_, i) => batch(i + 1));
const { model } = network;
const rule = optimizer(model, train);
const outer = outerStep(network, rule, train, attackConfig);
const perturber = {
  attack: attack(network, resolveSites(model, [site]), attackConfig),
  epsilon: tf.scalar(epsilon),
};
const parameters = initialize(model, 0);
let held: TrainState = { parameters, state: initialState(rule, parameters) };
let number = 0;

function step(perturbed: boolean): number {
  const began = performance.now();
  number++;
  const host = made[number % READY] ?? batch(number);
  const examples = Array.from({ length: host.labels!.shape[0]! }, (_, i) => i);
  const microBatches: MicroBatch[] = [{ batch: toTensors(host), draws: { seed: 0, step: number, examples } }];
  held = advance(outer, perturbed ? perturber : undefined, held, microBatches, train.learningRate, number);
  return (performance.now() - began) / 1000;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, count] = line.split(" ");
  console.log(JSON.stringify(Array.from({ length: Number(count) }, () => step(kind === "lat"))));
}
