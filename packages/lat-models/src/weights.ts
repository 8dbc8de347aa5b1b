import type { Model, Tensors } from "lat-engine";
import { LatError } from "lat-system";
import { type HostTensor, readSafetensors, tf, writeSafetensors } from "lat-tensorflow";

/**
 * Reads a model's parameters from a safetensors file, whose names and shapes must be exactly the model's. F16 and BF16
 * are widened to float32.
 *
 * @throws {LatError} that lists what is missing, unexpected or of another shape
 */
export function loadWeights(model: Model, path: string): Tensors {
  return toParameters(model, readSafetensors(path).tensors, path);
}

/** The same for tensors that were read from `path`. */
export function toParameters(
  model: Pick<Model, "name" | "parameters">,
  tensors: Readonly<Record<string, HostTensor>>,
  path: string,
): Tensors {
  const expected = Object.entries(model.parameters);
  const problems = [
    ...expected.flatMap(([name, { shape }]) => mismatch(name, shape, tensors[name])),
    ...Object.keys(tensors).flatMap((name) => (Object.hasOwn(model.parameters, name) ? [] : `${name}: not expected`)),
  ];
  if (problems.length > 0) {
    const shown = problems.slice(0, 10).join("\n  ");
    const more = problems.length > 10 ? `\n  and ${problems.length - 10} more` : "";
    throw new LatError(`${path} does not hold the weights of this ${model.name}:\n  ${shown}${more}`);
  }
  return Object.fromEntries(
    expected.map(([name, { shape }]) => [
      name,
      tf.tensor((tensors[name] as HostTensor).data as Float32Array, [...shape]),
    ]),
  );
}

function mismatch(name: string, shape: readonly number[], found: HostTensor | undefined): string[] {
  if (!found) return [`${name}: missing`];
  if (!(found.data instanceof Float32Array)) return [`${name}: ${found.dtype}, expected F32, F16 or BF16`];
  if (`${found.shape}` !== `${shape}`) return [`${name}: shape [${found.shape}], expected [${shape}]`];
  return [];
}

/** Writes parameters as a safetensors file that transformers reads as well. Equal values give equal bytes. */
export async function saveWeights(path: string, parameters: Tensors): Promise<void> {
  const host = Object.entries(parameters).map(([name, tensor]): [string, HostTensor] => [
    name,
    { dtype: "F32", shape: tensor.shape, data: tensor.dataSync() as Float32Array },
  ]);
  await writeSafetensors(path, { tensors: Object.fromEntries(host), metadata: { format: "pt" } });
}
