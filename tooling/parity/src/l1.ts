import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadResnet } from "lat-models";
import { disposeAll, readSafetensors, writeSafetensors } from "lat-tensorflow";
import { everyNth, missingCifar, SHAPE, testImages, trained } from "./cifar.ts";
import { BATCH, judge, model } from "./judge.ts";
import { runPython } from "./reference.ts";
import type { Row } from "./row.ts";

/** Every tenth of 5,000 images, as many of each class. */
const STRIDE = 10;
const ASCENTS = 10;
/** The bound that l1-APGD was published with, and one that a part of the images withstands. */
const EPSILONS = [12, 1.5];

/** How many images a published network still classifies right under the attack as it is by default, beside AutoAttack. */
export async function l1Rows(python: string, scratch: string, skip: (what: string) => void): Promise<Row[]> {
  const missing = missingCifar();
  if (missing !== undefined) {
    skip(`L1 on CIFAR-10: ${missing}`);
    return [];
  }
  const folder = join(scratch, "l1");
  await mkdir(folder);
  const chosen = everyNth(await testImages(folder), STRIDE);
  await writeSafetensors(join(folder, "inputs.safetensors"), {
    tensors: {
      pixels: { dtype: "U8", shape: [chosen.count, ...SHAPE], data: chosen.pixels },
      labels: { dtype: "I32", shape: [chosen.count], data: chosen.labels },
    },
    metadata: {},
  });
  const settings = { ascents: ASCENTS, epsilons: EPSILONS, batch: BATCH };
  await writeFile(join(folder, "problem.json"), JSON.stringify({ ...trained, ...settings }));
  await runPython(python, "reference/apgd.py", folder);
  const { tensors } = readSafetensors(join(folder, "reference.safetensors"));
  const parameters = loadResnet(model, trained.weights);
  const config = { norm: "l1", steps: ASCENTS } as const;
  const percent = (right: readonly boolean[]): number => (100 * right.filter(Boolean).length) / chosen.count;
  const rows = EPSILONS.map((epsilon): Row => {
    const { predictions } = judge(parameters, chosen, { config, epsilon });
    const ours = percent([...predictions].map((prediction, i) => prediction === chosen.labels[i]));
    const theirs = percent([...(tensors[`right/${epsilon}`]!.data as Int32Array)].map((right) => right === 1));
    return {
      group: `a published ResNet-20 under ${ASCENTS} L1 steps on pixels, beside AutoAttack's l1-APGD`,
      what: `still right at ε ${epsilon}: ${ours.toFixed(1)} %, under l1-APGD ${theirs.toFixed(1)} %; points more`,
      error: Math.max(0, ours - theirs),
      bar: 0.5,
    };
  });
  disposeAll(parameters);
  return rows;
}
