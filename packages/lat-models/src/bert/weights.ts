import { initialize, type Model, type Tensors } from "lat-engine";
import { LatError, quote } from "lat-system";
import type { StoredTensor } from "lat-tensorflow";
import { openWeights, type WeightFiles } from "../weight-files.ts";
import { toParameters } from "../weights.ts";

/** What checkpoints hold beside the encoder: heads of the pretraining, a pooler that is not used, numbers of positions. */
const beside = /^(cls\.|bert\.pooler\.|bert\.embeddings\.position_ids$)/;
const head = /^classifier\./;

/**
 * Reads the weights of a BERT classifier from safetensors of Hugging Face (a file, the index of several, or a folder with
 * one of them): of an encoder alone (whose names may lack the `bert.` in front), or of a whole classifier. A head that
 * the file lacks is drawn from the seed.
 *
 * @throws {LatError} that lists what is missing, unexpected or of another shape
 */
export function loadBert(model: Model, path: string, seed: number): Tensors {
  const files = openWeights(path);
  try {
    const found = parameterNames(files);
    const used = new Map([...found].filter(([name]) => Object.hasOwn(model.parameters, name) || !beside.test(name)));
    const complete = [...used.keys()].some((name) => head.test(name));
    if (complete) return toParameters(model, used, files.path);
    const part = (isHead: boolean) => {
      const specs = Object.entries(model.parameters).filter(([name]) => head.test(name) === isHead);
      return { ...model, parameters: Object.fromEntries(specs) };
    };
    return { ...toParameters(part(false), used, files.path), ...initialize(part(true), seed) };
  } finally {
    files.close();
  }
}

/** The tensors under today's names: with `bert.` in front, and a layer norm's gamma and beta as its weight and bias. */
function parameterNames({ tensors, path }: WeightFiles): Map<string, StoredTensor> {
  const named = new Map<string, StoredTensor>();
  for (const [name, stored] of tensors) {
    const whole = /^(bert|cls|classifier)\./.test(name) ? name : `bert.${name}`;
    const today = whole.replace(/LayerNorm\.gamma$/, "LayerNorm.weight").replace(/LayerNorm\.beta$/, "LayerNorm.bias");
    if (named.has(today)) throw new LatError(`${path} is ambiguous: two of its tensors are ${quote(today)}`);
    named.set(today, stored);
  }
  return named;
}
