import { initialize, type Model, type Tensors } from "lat-engine";
import { readSafetensors } from "lat-tensorflow";
import { toParameters } from "../weights.ts";

/** What checkpoints hold beside the encoder: heads of the pretraining, a pooler that is not used, numbers of positions. */
const beside = /^(cls\.|bert\.pooler\.|bert\.embeddings\.position_ids$)/;
const head = /^classifier\./;

/**
 * Reads the weights of a BERT classifier from a safetensors file of Hugging Face: of an encoder alone (whose names may
 * lack the `bert.` in front), or of a whole classifier. A head that the file lacks is drawn from the seed.
 *
 * @throws {LatError} that lists what is missing, unexpected or of another shape
 */
export function loadBert(model: Model, path: string, seed: number): Tensors {
  const found = Object.entries(readSafetensors(path).tensors).map(([name, tensor]) => {
    const known = /^(bert|cls|classifier)\./.test(name);
    return [known ? name : `bert.${name}`, tensor] as const;
  });
  const used = found.filter(([name]) => Object.hasOwn(model.parameters, name) || !beside.test(name));
  const complete = used.some(([name]) => head.test(name));
  if (complete) return toParameters(model, Object.fromEntries(used), path);
  const part = (isHead: boolean) => {
    const specs = Object.entries(model.parameters).filter(([name]) => head.test(name) === isHead);
    return { ...model, parameters: Object.fromEntries(specs) };
  };
  return { ...toParameters(part(false), Object.fromEntries(used), path), ...initialize(part(true), seed) };
}
