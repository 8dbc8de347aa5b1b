import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attackSchema } from "lat-engine";
import { loadResnet } from "lat-models";
import { disposeAll, readSafetensors, writeSafetensors } from "lat-tensorflow";
import { everyNth, type Images, missingCifar, SHAPE, testImages, trained } from "./cifar.ts";
import { BATCH, judge, model } from "./judge.ts";
import { runPython } from "./reference.ts";
import type { Row } from "./row.ts";

/** Every tenth of 5,000 images is attacked, as many of each class. */
const STRIDE = 10;
const ASCENTS = 20;
/** In 255ths. So weak that a part of the images withstands it: where none does, any two strong attacks agree. */
const STRENGTH = 0.5;
const EPSILON = STRENGTH / 255;
/** Of an ascent, as a share of ε: together they could cross the ball and a quarter more. */
const STEP = 2.5 / ASCENTS;

const config = attackSchema.parse({
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
  const images = await testImages(folder);
  const chosen = everyNth(images, STRIDE);
  const parameters = loadResnet(model, trained.weights);
  const { perturbations: starts } = judge(parameters, chosen, { config: { ...config, steps: 0 }, epsilon: EPSILON });
  const clean = judge(parameters, images);
  const attacked = judge(parameters, chosen, { config, epsilon: EPSILON });
  disposeAll(parameters);

  await writeSafetensors(join(folder, "inputs.safetensors"), {
    tensors: {
      pixels: { dtype: "U8", shape: [images.count, ...SHAPE], data: images.pixels },
      labels: { dtype: "I32", shape: [images.count], data: images.labels },
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
  const row = (name: string, { count, labels }: Images, ours: Int32Array, theirs: Int32Array, bar: number): Row => {
    const right = (predictions: Int32Array) => predictions.filter((prediction, i) => prediction === labels[i]).length;
    const percent = (cases: number) => (100 * cases) / count;
    const [a, b] = [right(ours), right(theirs)];
    const what = `${name} of ${count}: ${percent(a).toFixed(2)} %, PyTorch's ${percent(b).toFixed(2)} %; points apart`;
    return { group, what, error: percent(Math.abs(a - b)), bar };
  };
  const [ours, theirs] = [mean(attacked.losses), mean(tensors.losses!.data as Float32Array)];
  return [
    row("clean accuracy", images, clean.predictions, peer.clean, 0.1),
    row("accuracy under PGD", chosen, attacked.predictions, peer.attacked, 0.5),
    {
      group,
      what: `mean loss under PGD: ${ours.toFixed(4)}, PyTorch's ${theirs.toFixed(4)}; relative error`,
      error: Math.abs(ours - theirs) / theirs,
      bar: 1e-3,
    },
  ];
}

function mean(numbers: Float32Array): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
