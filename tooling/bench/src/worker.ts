import { createInterface } from "node:readline";
import {
  advance,
  attack,
  descent,
  type HostBatch,
  initialize,
  initialState,
  type MicroBatch,
  optimizer,
  prefetch,
  resolveSites,
  type TrainState,
  toTensors,
} from "lat-engine";
import { configure, tf } from "lat-tensorflow";
import { sizes } from "./sizes.ts";

// The engine as a server: `plain 5` or `lat 5` on standard input is answered by a line with the seconds of each step.
// A step is everything that the trainer does for one: making the batch of the next, upload, attack, update, and reading
// what they report.
//
//     bun worker.ts SIZE [ready]      ready: a few batches are made before the first step and trained on in turn

const [name, ready] = process.argv.slice(2);
const READY = 8;
const { subject, site, epsilon, train, attack: attackConfig } = sizes.find((size) => size.name === name)!;
configure({ device: "cpu", threads: 2 });

const { network, batch } = await subject.make();
const made: HostBatch[] = [];
if (ready !== undefined) while (made.length < READY) made.push(await batch(made.length + 1));
const { model } = network;
const rule = optimizer(model, train);
const outer = descent(network, rule, train, attackConfig);
const perturber = {
  attack: attack(network, resolveSites(model, [site]), attackConfig),
  epsilon: tf.scalar(epsilon),
};
const parameters = initialize(model, 0);
let held: TrainState = { parameters, state: initialState(rule, parameters) };
let number = 0;

function step(host: HostBatch, perturbed: boolean): void {
  number++;
  const examples = Array.from({ length: host.labels!.shape[0]! }, (_, i) => i);
  const microBatches: MicroBatch[] = [{ batch: toTensors(host), draws: { seed: 0, step: number, examples } }];
  held = advance(outer, perturbed ? perturber : undefined, held, microBatches, train.learningRate, number);
}

async function steps(perturbed: boolean, count: number): Promise<number[]> {
  const first = number + 1;
  const next = prefetch(async (at) => made[at % READY] ?? batch(at), first, first + count + 1);
  let host = await next();
  const seconds: number[] = [];
  for (let done = 0; done < count; done++) {
    const began = performance.now();
    step(host, perturbed);
    host = await next();
    seconds.push((performance.now() - began) / 1000);
  }
  return seconds;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, count] = line.split(" ");
  console.log(JSON.stringify(await steps(kind === "lat", Number(count))));
}
