import type { Model, ParameterSpec, Tensors } from "lat-engine";
import { openSafetensors, type Tensor, tf } from "lat-tensorflow";
import { openTorchFile } from "../torch/file.ts";
import { saveWeights, toParameters } from "../weights.ts";

/** What the compiler of PyTorch puts in front of every name. */
const compiled = "_orig_mod.";

/**
 * Reads the parameters and running statistics of a ResNet from a safetensors file, or else a file of `torch.save`, with
 * the names and layouts of PyTorch: filters are [out, in, height, width] there. BatchNorm's counts of batches are passed
 * over.
 *
 * @throws {LatError} that lists what is missing, unexpected or of another shape
 */
export function loadResnet(model: Model, path: string): Tensors {
  const file = path.endsWith(".safetensors") ? openSafetensors(path) : openTorchFile(path);
  try {
    const wanted = [...file.tensors].filter(([name]) => !name.endsWith(".num_batches_tracked"));
    const isCompiled = wanted.every(([name]) => name.startsWith(compiled));
    const named = wanted.map(([name, stored]) => [name.slice(isCompiled ? compiled.length : 0), stored] as const);
    const layout = { name: model.name, parameters: mapEntries(model.parameters, inPytorch) };
    const parameters = toParameters(layout, new Map(named), path);
    return mapEntries(parameters, (tensor) => reordered(tensor, [2, 3, 1, 0]));
  } finally {
    file.close();
  }
}

/** Writes a safetensors file that `loadResnet` and PyTorch read. */
export async function saveResnet(path: string, parameters: Tensors): Promise<void> {
  const filters = mapEntries(parameters, (tensor) => reordered(tf.clone(tensor), [3, 2, 0, 1]));
  await saveWeights(path, filters);
  tf.dispose(filters);
}

function inPytorch(spec: ParameterSpec): ParameterSpec {
  const [height, width, channels, out] = spec.shape;
  return spec.shape.length === 4 ? { ...spec, shape: [out!, channels!, height!, width!] } : spec;
}

/** A filter with its axes in another order, and any other tensor as it is; disposes of the filter. */
function reordered(tensor: Tensor, order: number[]): Tensor {
  if (tensor.rank !== 4) return tensor;
  const transposed = tf.transpose(tensor, order);
  tensor.dispose();
  return transposed;
}

function mapEntries<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
