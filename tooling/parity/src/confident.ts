import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { forward, type State, type Tensors, toTensors } from "lat-engine";
import { classLikelihood, loadResnet, resnet } from "lat-models";
import {
  compile,
  disposeAll,
  readSafetensors,
  type Tensor,
  tf,
  valueAndGradients,
  writeSafetensors,
} from "lat-tensorflow";
import { batchOf, everyNth, missingCifar, SHAPE, testImages, trained, VALUES } from "./cifar.ts";
import { runPython } from "./reference.ts";
import { angle, type Row } from "./row.ts";

/** Every fiftieth of 5,000 images: ten of each class. */
const STRIDE = 50;
/** From this angle on, as 1 − cosine, a gradient points elsewhere. */
const ELSEWHERE = 1e-3;

/**
 * Where the gradient at the pixels of a published network points, image by image. It is sure of most images, and
 * where 1 − p is lost in the loss an attack goes nowhere or astray.
 */
export async function confidentRows(python: string, scratch: string, skip: (what: string) => void): Promise<Row[]> {
  const missing = missingCifar();
  if (missing !== undefined) {
    skip(`gradients of a sure network: ${missing}`);
    return [];
  }
  const folder = join(scratch, "confident");
  await mkdir(folder);
  const images = everyNth(await testImages(folder), STRIDE);
  const { count, pixels, labels } = images;
  await writeSafetensors(join(folder, "inputs.safetensors"), {
    tensors: {
      pixels: { dtype: "U8", shape: [count, ...SHAPE], data: pixels },
      labels: { dtype: "I32", shape: [count], data: labels },
    },
    metadata: {},
  });
  await writeFile(join(folder, "problem.json"), JSON.stringify(trained));
  await runPython(python, "reference/confident.py", folder);
  const { tensors } = readSafetensors(join(folder, "reference.safetensors"));
  const [exact, theirs] = (["float64", "float32"] as const).map((name) => tensors[name]!.data as Float32Array);
  const batch = toTensors(batchOf(images, 0, count));
  const ours = inputGradients(batch);
  disposeAll(batch);

  const of = (all: Float32Array, image: number): Float32Array => all.subarray(image * VALUES, (image + 1) * VALUES);
  const astray = (gradients: Float32Array): number =>
    labels.filter((_, image) => !(angle(of(gradients, image), of(exact!, image)) < ELSEWHERE)).length;
  const pytorch = astray(theirs!);
  return [
    {
      group: "a published ResNet-20: the gradient at the pixels beside PyTorch's in float64",
      what: `images of ${count} where it points elsewhere (1 − cosine ≥ ${ELSEWHERE})`,
      error: astray(ours),
      float32: pytorch,
      bar: pytorch,
    },
  ];
}

/** [image, value] of the sum of the images' cross-entropies. */
function inputGradients({ pixels, ...rest }: State): Float32Array {
  const model = resnet(trained.config);
  const parameters = loadResnet(model, trained.weights);
  const differentiate = compile(
    (p: Tensors, pixels: Tensor, rest: State) => {
      const loss = (): Tensor => {
        const batch = { pixels, ...rest };
        return tf.neg(tf.sum(classLikelihood(forward(model, p, batch), batch, "labels").logp));
      };
      return valueAndGradients(loss, { pixels }).gradients.pixels;
    },
    { xla: model.xla },
  );
  const gradients = differentiate(parameters, pixels!, rest);
  const values = gradients.dataSync() as Float32Array;
  disposeAll(parameters, gradients);
  differentiate.release();
  return values;
}
