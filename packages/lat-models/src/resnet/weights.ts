import type { Model, ParameterSpec, Tensors } from "lat-engine";
import { type HostTensor, readSafetensors, type Tensor, tf } from "lat-tensorflow";
import { readTorchFile } from "../torch/file.ts";
import { saveWeights, toParameters } from "../weights.ts";

/**
 * Reads the parameters and running statistics of a ResNet from a safetensors file, or else a file of `torch.save`, with
 * the names and layouts of PyTorch: filters are [out, in, height, width] there. BatchNorm's counts of batches are passed
 * over.
 *
 * @throws {LatError} that lists what is missing, unexpected or of another shape
 */
export function loadResnet(model: Model, path: string): Tensors {
  const tensors = path.endsWith(".safetensors") ? readSafetensors(path).tensors : readTorchFile(path);
  const wanted = Object.entries(tensors).filter(([name]) => !name.endsWith(".num_batches_tracked"));
  const layout = { name: model.name, parameters: mapEntries(model.parameters, inPytorch) };
  const parameters = toParameters(layout, Object.fromEntries(wanted) as Record<string, HostTensor>, path);
  return mapEntries(parameters, (tensor) => reordered(tensor, [2, 3, 1, 0]));
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
