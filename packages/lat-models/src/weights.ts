import type { Model, Tensors } from "lat-engine";
import { LatError, quote, show } from "lat-system";
import { floatDtypes, loadFloats, type StoredTensor, storeFloats, type Tensor, tf } from "lat-tensorflow";
import { openWeights } from "./weight-files.ts";

/** How many of a file's problems are listed. */
const listed = 10;

/**
 * Reads a model's parameters from safetensors (a file, the index of several, or a folder with one of them), whose names
 * and shapes must be exactly the model's. Values of 16 bits are widened to float32, those of 64 rounded.
 *
 * @throws {LatError} that lists what is missing, unexpected or of another shape, before values are read; or names a
 *   parameter that is not all finite numbers
 */
export function loadWeights(model: Model, path: string): Tensors {
  const files = openWeights(path);
  try {
    return toParameters(model, files.tensors, files.path);
  } finally {
    files.close();
  }
}

/** The same for tensors of an open file; `path` names it in errors. */
export function toParameters(
  model: Pick<Model, "name" | "parameters">,
  tensors: ReadonlyMap<string, StoredTensor>,
  path: string,
): Tensors {
  const expected = Object.entries(model.parameters);
  const problems = [
    ...expected.flatMap(([name, { shape }]) => mismatch(name, shape, tensors.get(name))),
    ...[...tensors.keys()].flatMap((name) =>
      Object.hasOwn(model.parameters, name) ? [] : `${named(name)}: not expected`,
    ),
  ];
  if (problems.length > 0) {
    const shown = problems.slice(0, listed).join("\n  ");
    const more = problems.length > listed ? `\n  and ${problems.length - listed} more` : "";
    throw new LatError(`${path} does not hold the weights of this ${model.name}:\n  ${shown}${more}`);
  }
  const loaded = new Map<string, Tensor>();
  try {
    for (const [name] of expected) {
      const what = `${path}: ${name}`;
      loaded.set(
        name,
        loadFloats(tensors.get(name)!, what, (values) => checkFinite(values, what)),
      );
    }
    return Object.fromEntries(loaded);
  } catch (error) {
    tf.dispose([...loaded.values()]);
    throw error;
  }
}

function mismatch(name: string, shape: readonly number[], found: StoredTensor | undefined): string[] {
  if (!found) return [`${name}: missing`];
  if (!(floatDtypes as readonly string[]).includes(found.dtype))
    return [`${name}: ${found.dtype}, expected ${floatDtypes.join(", ")}`];
  if (`${found.shape}` !== `${shape}`) return [`${name}: shape ${show(found.shape)}, expected [${shape}]`];
  return [];
}

/** A name from a file: as it is where it is one of a parameter, else quoted. */
function named(name: string): string {
  return /^[\w.]{1,120}$/.test(name) ? name : quote(name);
}

function checkFinite(values: Float32Array, what: string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new LatError(`${what} holds ${values[i]}, where every parameter is a finite number: the file is damaged`);
}

/** Writes parameters as a safetensors file that transformers reads as well. Equal values give equal bytes. */
export async function saveWeights(path: string, parameters: Tensors): Promise<void> {
  await storeFloats(path, parameters, { format: "pt" });
}
