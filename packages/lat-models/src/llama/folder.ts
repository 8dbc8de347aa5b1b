import { join } from "node:path";
import type { Model, Tensors } from "lat-engine";
import { readJson, writeFileAtomic } from "lat-system";
import { loadWeights, saveWeights } from "../weights.ts";
import { type LlamaConfig, parseLlamaConfig } from "./config.ts";
import { llama } from "./llama.ts";

/** A Llama with its weights. */
export interface PretrainedLlama {
  readonly config: LlamaConfig;
  readonly model: Model;
  readonly parameters: Tensors;
}

/**
 * Reads a folder as transformers saves it: `config.json` and `model.safetensors`.
 *
 * @throws {LatError} where a file is missing or malformed, or the two do not belong together
 */
export async function loadLlama(folder: string): Promise<PretrainedLlama> {
  const path = join(folder, "config.json");
  const config = parseLlamaConfig(await readJson(path), path);
  const model = llama(config);
  return { config, model, parameters: loadWeights(model, join(folder, "model.safetensors")) };
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
  await writeFileAtomic(join(folder, "config.json"), `${JSON.stringify(file, null, 2)}\n`);
}
