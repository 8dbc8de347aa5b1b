import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { forward, type Model, type Tensors } from "lat-engine";
import { LatError } from "lat-system";
import { type Tensor, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { bertClassifier, loadBert, loadLlama, parseBertConfig } from "./index.ts";

const cases = join(import.meta.dirname, "../../../../shared/cases");
const isThere = existsSync(join(cases, "folders.json"));

/** What transformers computes from a folder, or that it refuses it. */
interface Verdict {
  readonly transformers: string;
  readonly ids?: readonly number[];
  /** The first of `count`, in row-major order. */
  readonly logits?: readonly number[];
  readonly count?: number;
  /** Parameters that it made up. */
  readonly missing_keys?: readonly string[];
}

/** What the networks of this repository do not compute, as the refusal names it. */
const refused: Readonly<Record<string, RegExp>> = {
  bert_relative: /position_embedding_type/,
  bert_mlm_nopool_mean: /bert\.pooler\.dense\.weight: missing/,
  llama_attnbias: /attention_bias/,
  llama_headdim: /head_dim 16/,
  llama_layers_fewer_cfg: /num_hidden_layers 1, but .* has 2 layers/,
  llama_mlpbias: /mlp_bias/,
  llama_partial: /partial_rotary_factor/,
  llama_rope_linear: /rope_type/,
  llama_tied_with_other_head: /lm_head\.weight is not model\.embed_tokens\.weight/,
};

describe.skipIf(!isThere)("folders of transformers (skipped where ../shared/cases is absent)", () => {
  const verdicts = isThere
    ? (JSON.parse(readFileSync(join(cases, "folders.json"), "utf8")) as Record<string, Verdict>)
    : {};

  const load = async (name: string, classes: number): Promise<{ model: Model; parameters: Tensors }> => {
    const folder = join(cases, "folders", name);
    if (name.startsWith("llama")) return loadLlama(folder);
    const path = join(folder, "config.json");
    const model = bertClassifier(parseBertConfig(JSON.parse(readFileSync(path, "utf8")), path), {
      classes,
      pooling: "cls",
    });
    return { model, parameters: loadBert(model, folder, 0) };
  };

  it.each(Object.entries(verdicts))("%s", async (name, { transformers, ids, logits, count, missing_keys }) => {
    const llama = name.startsWith("llama");
    const loading = load(name, llama ? 0 : (count ?? 2));
    if (refused[name]) {
      await expect(loading).rejects.toThrow(LatError);
      return await expect(loading).rejects.toThrow(refused[name]);
    }
    // A whole number written as 32.0 is a whole number.
    if (transformers !== "loads" && name !== "llama_float_ints") return await expect(loading).rejects.toThrow(LatError);
    const { model, parameters } = await loading;
    if (!ids || missing_keys?.some((key) => key.startsWith("classifier."))) return;
    const tokens = tf.tensor2d([[...ids]], undefined, "int32");
    const output = tf.tidy(
      () => forward(model, parameters, { tokens, mask: tf.ones([1, ids.length]) }).logits as Tensor,
    );
    expect(output.size).toBe(count);
    const found = output.dataSync();
    const farthest = Math.max(...logits!.map((value, i) => Math.abs(value - found[i]!)));
    expect(farthest).toBeLessThan(1e-4);
  });
});
