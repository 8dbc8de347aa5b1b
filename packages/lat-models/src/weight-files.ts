import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileBytes, LatError, parseJson, quote, show } from "lat-system";
import { openSafetensors, type StoredTensor, type TensorFile } from "lat-tensorflow";

const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** More than the index of any published network has. */
const maximumIndexBytes = 100_000_000;

/** The tensors of an open file or of several, and what to call them in messages. */
export interface WeightFiles extends TensorFile {
  readonly path: string;
}

/**
 * Opens a safetensors file, the index of several, or a folder as transformers saves it, with one or the other.
 *
 * @throws {LatError} where a file cannot be read or is malformed, or an index names a file outside of its folder
 */
export function openWeights(path: string): WeightFiles {
  const whole = isFolder(path) ? weightsIn(path) : path;
  return whole.endsWith(".index.json") ? openIndex(whole) : { ...openSafetensors(whole), path: whole };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** As transformers does, one file goes before an index. */
function weightsIn(folder: string): string {
  const [one, index] = [join(folder, WEIGHTS), join(folder, INDEX)];
  if (existsSync(one) || existsSync(index)) return existsSync(one) ? one : index;
  const other = readdirSync(folder).find((name) => /\.(bin|pth?|ckpt|h5|msgpack|gguf|onnx)$/.test(name));
  if (other)
    throw new LatError(`${folder} has ${quote(other)}, which is not read here; save the weights as ${WEIGHTS}`);
  return one;
}

function openIndex(path: string): WeightFiles {
  const map = weightMap(path);
  const files = new Map<string, TensorFile>();
  const close = () => {
    for (const file of files.values()) file.close();
  };
  try {
    for (const name of new Set(map.values())) files.set(name, openSafetensors(join(path, "..", name)));
    const tensors = [...map].map(([tensor, name]): [string, StoredTensor] => {
      const stored = files.get(name)!.tensors.get(tensor);
      if (!stored) throw new LatError(`${path}: ${quote(tensor)} is not in ${quote(name)}, where the index has it`);
      return [tensor, stored];
    });
    return { path, tensors: new Map(tensors), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** File by tensor, as the index says. */
function weightMap(path: string): Map<string, string> {
  const fail = (problem: string) => new LatError(`${path}: ${problem}`);
  const json = indexJson(path) as { weight_map?: unknown } | null;
  const map = json?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map))
    throw fail("is not the index of a network's weights: expected weight_map, with a file's name for each tensor");
  return new Map(
    Object.entries(map).map(([tensor, name]) => {
      if (typeof name !== "string" || !/^[^/\\]+\.safetensors$/.test(name))
        throw fail(`${quote(tensor)} is in ${show(name)}, expected a .safetensors file of the same folder`);
      return [tensor, name];
    }),
  );
}

function indexJson(path: string): unknown {
  const bytes = fileBytes(path);
  try {
    if (bytes.size > maximumIndexBytes) throw new LatError(`${path}: ${bytes.size} bytes are too many for an index`);
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes.read(0, bytes.size)), /^$/);
  } catch (cause) {
    if (cause instanceof LatError) throw cause;
    throw new LatError(`cannot read ${path}: expected JSON, but ${(cause as Error).message.slice(0, 200)}`, { cause });
  } finally {
    bytes.close();
  }
}
