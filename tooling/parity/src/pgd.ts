import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  attack,
  attackSchema,
  forward,
  type Network,
  type Perturbations,
  resolveSites,
  type State,
  type Tensors,
  toTensors,
} from "lat-engine";
import { classLikelihood, loadResnet, resnet } from "lat-models";
import { compile, disposeAll, readSafetensors, tf, writeSafetensors } from "lat-tensorflow";
import { batchOf, everyNth, missingCifar, type Pictures, SHAPE, testPictures, trained, VALUES } from "./cifar.ts";
import { runPython } from "./reference.ts";
import type { Row } from "./row.ts";

const BATCH = 100;
/** Every tenth of 5,000 pictures is attacked, as many of each class. */
const STRIDE = 10;
const ASCENTS = 20;
/** In 255ths. So weak that a part of the pictures withstands it: where none does, any two strong attacks agree. */
const STRENGTH = 0.5;
const EPSILON = STRENGTH / 255;
/** Of an ascent, as a share of ε: together they could cross the ball and a quarter more. */
const STEP = 2.5 / ASCENTS;

const model = resnet(trained.config);
const network: Network = { model, likelihood: classLikelihood };
const attackConfig = attackSchema.parse({
  norm: "linf",
  steps: ASCENTS,
  stepSize: { relative: STEP },
  start: "uniform",
});

/** Accuracy of a published network with and without PGD, beside PyTorch on the same pixels and from the same starts. */
export async function pgdRows(python: string, scratch: string, skip: (what: string) => void): Promise<Row[]> {
  const missing = missingCifar();
  if (missing !== undefined) {
    skip(`PGD on CIFAR-10: ${missing}`);
    return [];
  }
  const folder = join(scratch, "pgd");
  await mkdir(folder);
  const pictures = await testPictures(folder);
  const chosen = everyNth(pictures, STRIDE);
  const parameters = loadResnet(model, trained.weights);
  const { perturbations: starts } = run(parameters, chosen, 0);
  const clean = run(parameters, pictures);
  const attacked = run(parameters, chosen, ASCENTS);
  disposeAll(parameters);

  await writeSafetensors(join(folder, "inputs.safetensors"), {
    tensors: {
      pixels: { dtype: "U8", shape: [pictures.count, ...SHAPE], data: pictures.pixels },
      labels: { dtype: "I32", shape: [pictures.count], data: pictures.labels },
      starts: { dtype: "F32", shape: [chosen.count, ...SHAPE], data: starts },
    },
    metadata: {},
  });
  const settings = { stride: STRIDE, ascents: ASCENTS, epsilon: EPSILON, step: STEP * EPSILON, batch: BATCH };
  await writeFile(join(folder, "problem.json"), JSON.stringify({ ...trained, ...settings }));
  await runPython(python, "reference/pgd.py", folder);
  const { tensors } = readSafetensors(join(folder, "reference.safetensors"));
  const peer = { clean: tensors.clean!.data as Int32Array, attacked: tensors.attacked!.data as Int32Array };

  const group = `a published ResNet-20 beside PyTorch; PGD: ${ASCENTS} steps, L∞ ≤ ${STRENGTH}/255`;
  const row = (name: string, { count, labels }: Pictures, ours: Int32Array, theirs: Int32Array, bar: number): Row => {
    const right = (predictions: Int32Array) => predictions.filter((prediction, i) => prediction === labels[i]).length;
    const percent = (cases: number) => (100 * cases) / count;
    const [a, b] = [right(ours), right(theirs)];
    const what = `${name} of ${count}: ${percent(a).toFixed(2)} %, PyTorch's ${percent(b).toFixed(2)} %; points apart`;
    return { group, what, error: percent(Math.abs(a - b)), bar };
  };
  const [ours, theirs] = [mean(attacked.losses), mean(tensors.losses!.data as Float32Array)];
  return [
    row("clean accuracy", pictures, clean.predictions, peer.clean, 0.1),
    row("accuracy under PGD", chosen, attacked.predictions, peer.attacked, 0.5),
    {
      group,
      what: `mean loss under PGD: ${ours.toFixed(4)}, PyTorch's ${theirs.toFixed(4)}; relative error`,
      error: Math.abs(ours - theirs) / theirs,
      bar: 1e-3,
    },
  ];
}

/** What the engine predicts and loses for each picture, as it is or under PGD, and the perturbations that this found. */
function run(parameters: Tensors, pictures: Pictures, ascents?: number) {
  const pgd = attack(network, resolveSites(model, ["input"]), { ...attackConfig, steps: ascents ?? 0 });
  const judge = compile(
    (p: Tensors, batch: State, perturbations: Perturbations) => {
      const output = forward(model, p, batch, perturbations);
      const { logp } = classLikelihood(output, batch, "labels");
      return { predictions: tf.argMax(output.logits!, 1), losses: tf.neg(logp) };
    },
    { xla: model.xla },
  );
  const epsilon = tf.scalar(EPSILON);
  const { count } = pictures;
  const result = {
    predictions: new Int32Array(count),
    losses: new Float32Array(count),
    perturbations: new Float32Array(ascents === undefined ? 0 : count * VALUES),
  };
  for (let first = 0; first < count; first += BATCH) {
    const examples = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => first + i);
    const batch = toTensors(batchOf(pictures, first, examples.length));
    const draws = { seed: 0, step: 0, examples };
    const found = ascents === undefined ? {} : pgd.run(parameters, batch, epsilon, draws).perturbations;
    const { predictions, losses } = judge(parameters, batch, found);
    result.predictions.set(predictions.dataSync() as Int32Array, first);
    result.losses.set(losses.dataSync() as Float32Array, first);
    if (found.input) result.perturbations.set(found.input.dataSync() as Float32Array, first * VALUES);
    disposeAll(batch, found, predictions, losses);
  }
  disposeAll(epsilon);
  pgd.release();
  judge.release();
  return result;
}

function mean(numbers: Float32Array): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
