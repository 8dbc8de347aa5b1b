import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, disposeAll, randomNormal, type Tensor, tf } from "lat-tensorflow";
import type { HostBatch } from "../examples/example-set.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import { nextStatistics, parameterNames, type State, type Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { forward, prefix, suffix } from "../model/run.ts";
import { loadTensors, saveTensors } from "../train/checkpoint.ts";
import { type Check, ensure } from "./check.ts";
import { gradientsAreRight } from "./model/gradients.ts";
import { sizeOf, type World } from "./model/world.ts";
import { leavesNothing, relativeError } from "./tensors.ts";

export interface ModelCase {
  /** Small: some checks run it hundreds of times. */
  readonly network: Network;
  /** At least two examples, which differ; where there are tokens, padding in one of them. */
  readonly batch: HostBatch;
  /** What the network starts from; default: drawn as its parameter specs say. */
  readonly parameters?: (() => Tensors) | undefined;
}

/** Sums are taken in another order where examples are batched or compiled otherwise. */
const ROUNDING = 1e-5;
/**
 * What holds of every staged model: its sites are places where a perturbation is seen, and attacks, training and
 * checkpoints can rely on it.
 */
export function modelChecks(given: ModelCase): Check[] {
  const check = (name: string, body: (world: World) => void | Promise<void>): Check => ({
    name,
    run: () => leavesNothing(name, () => inWorld(given, body)),
  });
  return [
    check("the sites are named once, in the order of a forward pass, the input's among them", sitesAreInOrder),
    check(
      "an activation has the examples on axis 0, and tokens on axis 1 where its site says so",
      activationsAreShaped,
    ),
    check("a forward pass repeats to the bit, whatever ran in between", passesRepeat),
    check("prefix and suffix at every site are the whole pass", prefixAndSuffixAreThePass),
    check("a perturbation at every site changes the labels' likelihood", perturbationsAreSeen),
    check("an example's likelihood does not depend on the others of its batch", examplesAreIndependent),
    check("padding is not seen", paddingIsNotSeen),
    check("compiled, it computes the same", compiledIsTheSame),
    check("gradients of activations and parameters are those of finite differences", gradientsAreRight),
    check("in mode `train` every running statistic has a next value, in mode `evaluate` none", statisticsMove),
    check("saved and loaded, it is the same to the bit", savesAndLoads),
  ];
}

async function inWorld(given: ModelCase, body: (world: World) => void | Promise<void>): Promise<void> {
  const { network, batch: host } = given;
  const { model } = network;
  const parameters = given.parameters?.() ?? initialize(model, 0);
  const batch = toTensors(host);
  const other = tf.tidy(() => mapState(batch, (entry) => tf.reverse(entry, 0)));
  const world: World = {
    network,
    parameters,
    batch,
    host,
    other,
    logp(output, of = batch) {
      const { logp, weights } = network.likelihood(output, of, "labels");
      return tf.mul(logp, weights);
    },
    activation: (site) => prefix(model, parameters, batch, site)[site.key]!,
    noise: (shape, stream, index = 0) => randomNormal(shape, { seed: 0, stream: `check/${stream}`, step: 0, index }),
  };
  try {
    await body(world);
  } finally {
    disposeAll(parameters, batch, other);
  }
}

function sitesAreInOrder({ network: { model } }: World): void {
  const names = model.sites.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  ensure(repeated === undefined, () => `two sites are called "${repeated}"`);
  ensure(names.includes(model.inputSite), () => `inputSite "${model.inputSite}" is not among ${names.join(", ")}`);
  model.sites.forEach(({ name, stage }, i) => {
    const [low, high] = [model.sites[i - 1]?.stage ?? 0, model.stages.length - 1];
    ensure(stage >= low && stage <= high, () => `site ${name} is at stage ${stage}, expected ${low} to ${high}`);
  });
}

function activationsAreShaped(world: World): void {
  const { model, maskKey } = world.network;
  const examples = Object.values(world.host)[0]!.shape[0];
  const tokens = maskKey === undefined ? undefined : world.host[maskKey]?.shape[1];
  tf.tidy(() => {
    for (const site of model.sites) {
      const activation = world.activation(site) as Tensor | undefined;
      ensure(activation !== undefined, () => `site ${site.name}: the state has no entry "${site.key}"`);
      const { shape } = activation!;
      ensure(shape[0] === examples, () => `site ${site.name}: axis 0 of [${shape}] is not the ${examples} examples`);
      ensure(
        !site.tokens || (shape.length >= 3 && shape[1] === tokens),
        () => `site ${site.name}: axis 1 of [${shape}] is not the ${tokens ?? "(no mask, so no)"} tokens`,
      );
      if (site.range === undefined) continue;
      const [low, high] = [tf.min(activation!).dataSync()[0]!, tf.max(activation!).dataSync()[0]!];
      ensure(
        low >= site.range[0] && high <= site.range[1],
        () => `site ${site.name}: values from ${low} to ${high}, outside of its range ${site.range!.join(" to ")}`,
      );
    }
  });
}

function passesRepeat(world: World): void {
  const { model } = world.network;
  tf.tidy(() => {
    const first = world.logp(forward(model, world.parameters, world.batch));
    forward(model, world.parameters, world.other);
    const again = world.logp(forward(model, world.parameters, world.batch));
    const error = relativeError(again, first);
    ensure(error === 0, () => `a second pass differs by ${error}: a stage must be a function of its arguments alone`);
  });
}

function prefixAndSuffixAreThePass(world: World): void {
  const { model } = world.network;
  tf.tidy(() => {
    const whole = world.logp(forward(model, world.parameters, world.batch));
    for (const site of model.sites) {
      const state = prefix(model, world.parameters, world.batch, site);
      // Another batch in between: what a stage keeps for a later one would be the other batch's.
      forward(model, world.parameters, world.other);
      const error = relativeError(world.logp(suffix(model, world.parameters, state, site, {})), whole);
      ensure(error <= 1e-6, () => `site ${site.name}: the suffix on the prefix differs from the pass by ${error}`);
    }
  });
}

function perturbationsAreSeen(world: World): void {
  const { model } = world.network;
  tf.tidy(() => {
    const clean = world.logp(forward(model, world.parameters, world.batch));
    for (const site of model.sites) {
      const activation = world.activation(site);
      const delta = tf.mul(world.noise(activation.shape, site.name), sizeOf(activation));
      const moved = world.logp(forward(model, world.parameters, world.batch, { [site.name]: delta }));
      const error = relativeError(moved, clean);
      ensure(
        error > 1e-4 && Number.isFinite(error),
        () => `site ${site.name}: δ as large as the activation changes the likelihood by ${error} of itself`,
      );
    }
  });
}

function examplesAreIndependent(world: World): void {
  const { model } = world.network;
  tf.tidy(() => {
    const together = world.logp(forward(model, world.parameters, world.batch));
    const alone = mapState(world.batch, (entry) => tf.slice(entry, 0, 1));
    const first = world.logp(forward(model, world.parameters, alone), alone);
    const error = relativeError(first, tf.slice(together, 0, 1));
    ensure(error <= ROUNDING, () => `the first example by itself differs by ${error} from the same in its batch`);
  });
}

function paddingIsNotSeen(world: World): void {
  const { model, maskKey } = world.network;
  if (maskKey === undefined) return;
  const mask = world.host[maskKey];
  const padded = mask !== undefined && (mask.data as Float32Array).some((value) => value === 0);
  ensure(padded, () => `the case's batch has no padding in its "${maskKey}", so that nothing can be seen of it`);
  tf.tidy(() => {
    const clean = world.logp(forward(model, world.parameters, world.batch));
    for (const site of model.sites.filter(({ tokens }) => tokens)) {
      const activation = world.activation(site);
      const padding = tf.sub(1, world.batch[maskKey]!);
      const shaped = tf.reshape(padding, [...padding.shape, ...activation.shape.slice(2).map(() => 1)]);
      const delta = tf.mul(shaped, tf.mul(world.noise(activation.shape, site.name), sizeOf(activation)));
      const error = relativeError(
        world.logp(forward(model, world.parameters, world.batch, { [site.name]: delta })),
        clean,
      );
      ensure(error <= ROUNDING, () => `site ${site.name}: a change of padding changes the likelihood by ${error}`);
    }
  });
}

function compiledIsTheSame(world: World): void {
  const { model } = world.network;
  const run = compile((parameters: Tensors, batch: State) => world.logp(forward(model, parameters, batch), batch), {
    name: `${model.name} checked`,
    xla: model.xla,
  });
  try {
    tf.tidy(() => {
      const plain = world.logp(forward(model, world.parameters, world.batch));
      const error = relativeError(run(world.parameters, world.batch), plain);
      ensure(error <= 1e-4, () => `the compiled pass differs by ${error} from the same operations one by one`);
    });
  } finally {
    run.release();
  }
}

function statisticsMove(world: World): void {
  const { model } = world.network;
  const expected = parameterNames(model, "statistic");
  tf.tidy(() => {
    const next = nextStatistics(model, forward(model, world.parameters, world.batch, {}, "train"));
    for (const name of expected) {
      const shape = next[name]?.shape;
      const stated = model.parameters[name]!.shape;
      ensure(
        String(shape) === String(stated),
        () => `${name}: its next value is [${shape ?? "missing"}], expected [${stated}]`,
      );
      ensure(
        relativeError(next[name]!, world.parameters[name]!) > 0,
        () => `${name} stays what it was in mode \`train\``,
      );
    }
    const kept = Object.keys(nextStatistics(model, forward(model, world.parameters, world.batch)));
    ensure(kept.length === 0, () => `in mode \`evaluate\` the pass leaves next values of ${kept.join(", ")}`);
  });
}

async function savesAndLoads(world: World): Promise<void> {
  const stated = Object.keys(world.network.model.parameters);
  const held = Object.keys(world.parameters);
  ensure(
    stated.length === held.length && stated.every((name) => held.includes(name)),
    () => `the network starts from ${held.join(", ")}; its specs say ${stated.join(", ")}`,
  );
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  try {
    const path = join(folder, "model.safetensors");
    await saveTensors(path, world.parameters);
    const loaded = loadTensors(path);
    for (const name of stated) {
      const [again, before] = [loaded[name], world.parameters[name]!];
      ensure(String(again?.shape) === String(before.shape), () => `${name} is [${again?.shape}] after loading`);
      ensure(relativeError(again!, before) === 0, () => `${name} has other values after loading`);
    }
    disposeAll(loaded);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mapState(state: State, change: (entry: Tensor) => Tensor): State {
  return Object.fromEntries(Object.entries(state).map(([key, entry]) => [key, change(entry)]));
}
