import { join } from "node:path";
import type { Model, Tensors } from "lat-engine";
import { LatError, writeJson } from "lat-system";
import { loadFloats, type StoredTensor, tf } from "lat-tensorflow";
import { readPublishedConfig } from "../published-config.ts";
import { openWeights, type WeightFiles } from "../weight-files.ts";
import { saveWeights, toParameters } from "../weights.ts";
import { type LlamaConfig, parseLlamaConfig } from "./config.ts";
import { embeddingName } from "./layer.ts";
import { llama } from "./llama.ts";

/** A Llama with its weights. */
export interface PretrainedLlama {
  readonly config: LlamaConfig;
  readonly model: Model;
  readonly parameters: Tensors;
}

const headName = "lm_head.weight";

/** What checkpoints of older versions hold beside parameters: what follows from the configuration. */
const beside = /\.rotary_emb\.inv_freq$/;

/**
 * Reads a folder as transformers saves it: `config.json`, and `model.safetensors` or the files that
 * `model.safetensors.index.json` names.
 *
 * @throws {LatError} where a file is missing or malformed, or they do not belong together
 */
export async function loadLlama(folder: string): Promise<PretrainedLlama> {
  const path = join(folder, "config.json");
  const config = parseLlamaConfig(await readPublishedConfig(path), path);
  const files = openWeights(folder);
  try {
    const tensors = parameterNames(files);
    checkLayers(config, path, tensors, files.path);
    if (config.tie_word_embeddings) dropTiedHead(tensors, files.path);
    const model = llama(config);
    return { config, model, parameters: toParameters(model, tensors, files.path) };
  } finally {
    files.close();
  }
}

/** The tensors under the names of a network with its head; a file of the body alone lacks the `model.` in front. */
function parameterNames({ tensors }: WeightFiles): Map<string, StoredTensor> {
  const body = !tensors.has(embeddingName) && tensors.has(embeddingName.slice("model.".length));
  const named = [...tensors].map(([name, stored]) => [body ? `model.${name}` : name, stored] as const);
  return new Map(named.filter(([name]) => !beside.test(name)));
}

/** Before a network of that many layers is made, which takes memory for each. */
function checkLayers(
  { num_hidden_layers }: LlamaConfig,
  configPath: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  path: string,
): void {
  const indices = [...tensors.keys()].map((name) => /^model\.layers\.(\d{1,9})\./.exec(name)?.[1]);
  const layers = new Set(indices.filter((index) => index !== undefined)).size;
  if (layers !== num_hidden_layers)
    throw new LatError(`${configPath} says num_hidden_layers ${num_hidden_layers}, but ${path} has ${layers} layers`);
}

/** Some files hold the output matrix of a network whose output matrix is the embedding matrix. */
function dropTiedHead(tensors: Map<string, StoredTensor>, path: string): void {
  const [head, embedding] = [tensors.get(headName), tensors.get(embeddingName)];
  if (!head || !embedding) return;
  const equal =
    `${head.shape}` === `${embedding.shape}` &&
    tf.tidy(() => {
      const [a, b] = [head, embedding].map((stored) => loadFloats(stored, path));
      return tf.all(tf.equal(a!, b!)).dataSync()[0] === 1;
    });
  if (!equal)
    throw new LatError(
      `${path}: ${headName} is not ${embeddingName}, which tie_word_embeddings in config.json says it is`,
    );
  tensors.delete(headName);
}

/** Writes a folder that `loadLlama` and transformers read. */
export async function saveLlama(folder: string, config: LlamaConfig, parameters: Tensors): Promise<void> {
  await saveWeights(join(folder, "model.safetensors"), parameters);
  const file = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    dtype: "float32",
    ...config,
  };
  await writeJson(join(folder, "config.json"), file);
}
