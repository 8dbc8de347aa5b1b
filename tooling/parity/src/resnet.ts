import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  advance,
  attack,
  attackSchema,
  descent,
  drawStart,
  type HostBatch,
  initialize,
  initialState,
  type Network,
  optimizer,
  parameterNames,
  prefix,
  resolveSites,
  type Site,
  type Tensors,
  type TrainState,
  toTensors,
  trainSchema,
} from "lat-engine";
import { classLikelihood, type ResnetConfig, resnet, saveResnet } from "lat-models";
import {
  disposeAll,
  type HostTensor,
  hostRandom,
  readSafetensors,
  type Tensor,
  tf,
  writeSafetensors,
} from "lat-tensorflow";
import { drawContext } from "./problem.ts";
import { runPython } from "./reference.ts";
import { type Row, relativeError, worstRelative } from "./row.ts";

/** So small that rounding hardly ever puts a rectifier's input on the other side of 0, where gradients jump. */
const config: ResnetConfig = {
  widths: [4, 6, 8],
  blocks: 1,
  classes: 5,
  shortcut: "project",
  mean: [0.4, 0.5, 0.6],
  std: [0.2, 0.25, 0.3],
};
const [EXAMPLES, SIZE, STEPS] = [6, 7, 4];
const EPSILON = 1;
const sites = ["input", "conv1", "blocks.1"];
const train = trainSchema.parse({ optimizer: "sgd", learningRate: 0.01, clip: null });
const attackConfig = attackSchema.parse({});
const model = resnet(config);
const network: Network = { model, likelihood: classLikelihood };

/** Latent adversarial training of a ResNet beside PyTorch, from the same starts. */
export async function resnetRows(python: string, scratch: string): Promise<Row[]> {
  const folder = join(scratch, "resnet");
  await mkdir(folder);
  const parameters = initialize(model, 0);
  const trained = parameterNames(model, "trained");
  const statistics = parameterNames(model, "statistic");
  await saveResnet(join(folder, "model.safetensors"), parameters);
  await writeSafetensors(join(folder, "inputs.safetensors"), { tensors: inputs(parameters), metadata: {} });
  const { learningRate, momentum } = train;
  const problem = {
    config,
    sites,
    steps: STEPS,
    ascents: attackConfig.steps,
    epsilon: EPSILON,
    learningRate,
    momentum,
  };
  await writeFile(join(folder, "problem.json"), JSON.stringify({ ...problem, trained, statistics }));
  await runPython(python, "reference/resnet.py", folder);
  const { tensors } = readSafetensors(join(folder, "reference.safetensors"));
  const reference = (name: string) => tensors[name]!.data as Float32Array;
  const rows = resolveSites(model, sites).flatMap((site) => {
    const found = run(parameters, site, trained, statistics);
    const row = (what: string, key: keyof typeof found, measure: typeof relativeError, bar: number): Row => ({
      group: `ResNet: LAT at ${site.name}, batch norm by running statistics while attacking`,
      what,
      error: measure(found[key], reference(`float64/${site.name}/${key}`)),
      float32: measure(reference(`float32/${site.name}/${key}`), reference(`float64/${site.name}/${key}`)),
      bar,
    });
    return [
      row(`δ after ${attackConfig.steps} ascents: ‖difference‖ ÷ ‖δ‖`, "delta", relativeError, 1e-4),
      row(`loss of ${STEPS} optimizer steps: worst relative error`, "losses", worstRelative, 1e-5),
      row(`all that they moved the parameters: ‖difference‖ ÷ ‖move‖`, "moved", relativeError, 1e-4),
      row(`running statistics after them: ‖difference‖ ÷ ‖statistics‖`, "statistics", relativeError, 1e-5),
    ];
  });
  disposeAll(parameters);
  return rows;
}

/** The same by the engine. */
function run(
  from: Tensors,
  site: Site,
  trained: readonly string[],
  statistics: readonly string[],
): Record<"delta" | "losses" | "moved" | "statistics", Float32Array> {
  const rule = optimizer(model, train);
  const parts = descent(network, rule, train, attackConfig);
  const perturber = { attack: attack(network, [site], attackConfig), epsilon: tf.scalar(EPSILON) };
  const first = toTensors(batch(0));
  const { perturbations, report } = perturber.attack.run(from, first, perturber.epsilon, drawContext(0, 0, EXAMPLES));
  const parameters = Object.fromEntries(Object.entries(from).map(([name, tensor]) => [name, tf.clone(tensor)]));
  let held: TrainState = { parameters, state: initialState(rule, parameters) };
  const losses = Array.from({ length: STEPS }, (_, step) => {
    const microBatch = { batch: toTensors(batch(step)), draws: drawContext(step, 0, EXAMPLES) };
    const { record, ...next } = advance(parts, perturber, held, [microBatch], train.learningRate, step + 1);
    held = next;
    return record.loss;
  });
  // Filters in PyTorch's layout, [out, in, height, width].
  const flat = (tensor: Tensor) =>
    tf.reshape(tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor, [-1]) as Tensor;
  const joined = (names: readonly string[], of: (name: string) => Tensor) =>
    tf.tidy(() => tf.concat(names.map((name) => flat(of(name)))).dataSync() as Float32Array);
  const result = {
    delta: perturbations[site.name]!.dataSync() as Float32Array,
    losses: Float32Array.from(losses),
    moved: joined(trained, (name) => tf.sub(held.parameters[name]!, from[name]!)),
    statistics: joined(statistics, (name) => held.parameters[name]!),
  };
  disposeAll(first, perturbations, report, held, perturber.epsilon);
  perturber.attack.release();
  parts.release();
  return result;
}

/** The images and labels of a step: noise, brighter for later classes. */
function batch(step: number): HostBatch {
  const { uniform, integer } = hostRandom(0, `images ${step}`);
  const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => integer(config.classes, i));
  const pixels = Float32Array.from({ length: EXAMPLES * SIZE * SIZE * 3 }, (_, i) => {
    const brightness = labels[Math.floor(i / (SIZE * SIZE * 3))]! / config.classes;
    return (uniform(EXAMPLES + i) + brightness) / 2;
  });
  return { pixels: { shape: [EXAMPLES, SIZE, SIZE, 3], data: pixels }, labels: { shape: [EXAMPLES], data: labels } };
}

/** Every step's batch, and for every site the numbers that its attack starts from. */
function inputs(parameters: Tensors): Record<string, HostTensor> {
  const result: Record<string, HostTensor> = {};
  for (let step = 0; step < STEPS; step++) {
    const host = batch(step);
    for (const [key, { shape, data }] of Object.entries(host))
      result[`${key}/${step}`] = { dtype: data instanceof Int32Array ? "I32" : "F32", shape, data };
    const state = toTensors(host);
    for (const site of resolveSites(model, sites)) {
      tf.tidy(() => {
        const { shape } = prefix(model, parameters, state, site)[site.key]!;
        const draws = drawStart(site, shape, attackConfig.scope, 0, drawContext(step, 0, EXAMPLES));
        for (const [kind, tensor] of Object.entries(draws)) {
          const data = tensor.dataSync() as Float32Array;
          result[`${kind}/${site.name}/${step}`] = { dtype: "F32", shape: tensor.shape, data };
        }
      });
    }
    disposeAll(state);
  }
  return result;
}
