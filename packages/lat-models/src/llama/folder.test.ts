import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Tensor, tf } from "lat-tensorflow";
import { afterAll, describe, expect, it } from "vitest";
import { loadLlama, loadWeights, parseLlamaConfig, saveLlama, saveWeights } from "../index.ts";

const temporary = mkdtempSync(join(tmpdir(), "llama-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const publishedConfig = JSON.parse(readFileSync(join(fixture("llama-untied"), "config.json"), "utf8"));

describe.each(["llama-tied", "llama-untied"])("%s", (name) => {
  it("is saved with the bytes that transformers gave it, and loads again", async () => {
    const { config, parameters } = await loadLlama(fixture(name));
    const folder = join(temporary, name);
    await saveLlama(folder, config, parameters);
    const weights = readFileSync(join(folder, "model.safetensors"));
    expect(weights.equals(readFileSync(join(fixture(name), "model.safetensors")))).toBe(true);
    expect((await loadLlama(folder)).config).toEqual(config);
  });
});

describe("weights that are not the model's", () => {
  it("are listed", async () => {
    const { model, parameters } = await loadLlama(fixture("llama-untied"));
    const { "lm_head.weight": _, ...wrong } = {
      ...parameters,
      "model.norm.weight": tf.ones([23]),
      "model.extra": tf.ones([1]),
    } as Record<string, Tensor>;
    const path = join(temporary, "wrong.safetensors");
    await saveWeights(path, wrong);
    expect(() => loadWeights(model, path)).toThrow(
      /wrong\.safetensors does not hold the weights of this llama:\n {2}model\.norm\.weight: shape \[23\], expected \[24\]\n {2}lm_head\.weight: missing\n {2}model\.extra: not expected$/,
    );
  });

  it("include a missing file", async () => {
    writeFileSync(join(temporary, "config.json"), JSON.stringify(publishedConfig));
    await expect(loadLlama(temporary)).rejects.toThrow(/cannot read .*model\.safetensors: no such file/);
    await expect(loadLlama(join(temporary, "none"))).rejects.toThrow(/cannot read .*config\.json: no such file/);
  });
});

describe("parseLlamaConfig", () => {
  it("reads theta where older and the oldest files have it", () => {
    const { rope_parameters: _, ...rest } = publishedConfig;
    expect(parseLlamaConfig({ ...rest, rope_theta: 500_000 }).rope_theta).toBe(500_000);
    expect(parseLlamaConfig(rest).rope_theta).toBe(10_000);
  });

  it("takes what a file leaves out as transformers does", () => {
    expect(parseLlamaConfig({ model_type: "llama" })).toEqual({
      ...{ vocab_size: 32_000, hidden_size: 4096, intermediate_size: 11_008, num_hidden_layers: 32 },
      ...{ num_attention_heads: 32, num_key_value_heads: 32, rms_norm_eps: 1e-6, rope_theta: 10_000 },
      ...{ tie_word_embeddings: false, max_position_embeddings: 2048 },
    });
  });

  it("gives every head keys of its own where the file does not say", () => {
    const { num_key_value_heads: _, ...rest } = publishedConfig;
    expect(parseLlamaConfig(rest).num_key_value_heads).toBe(4);
  });

  it.each([
    [{ model_type: "mistral" }, /model_type/],
    [{ vocab_size: 0 }, /vocab_size/],
    [{ hidden_size: "24" }, /hidden_size/],
    [{ rope_scaling: { type: "linear", factor: 2 } }, /rope_scaling/],
    [{ rope_parameters: { rope_type: "llama3", rope_theta: 1 } }, /rope_type/],
    [{ attention_bias: true }, /attention_bias/],
    [{ mlp_bias: true }, /mlp_bias/],
    [{ hidden_act: "gelu" }, /hidden_act/],
    [{ head_dim: 8 }, /head_dim 8 is not hidden_size/],
    [{ rope_parameters: { rope_type: "default", rope_theta: 1, partial_rotary_factor: 0.5 } }, /partial_rotary_factor/],
    [{ partial_rotary_factor: 0.5 }, /partial_rotary_factor/],
    [
      { rope_parameters: { rope_type: "default", ["x".repeat(1e5)]: 1 } },
      /rope_parameters: "x{80}…" \(100000 characters\) is not/,
    ],
    [{ rope_theta: null }, /rope_theta/],
    [{ rope_theta: "NaN" }, /rope_theta/],
    [{ tie_word_embeddings: null }, /tie_word_embeddings/],
    [{ quantization_config: { bits: 4 } }, /quantization_config/],
  ])("refuses %j", (change, message) => {
    expect(() => parseLlamaConfig({ ...publishedConfig, ...change }, "here/config.json")).toThrow(message);
    expect(() => parseLlamaConfig({ ...publishedConfig, ...change }, "here/config.json")).toThrow(
      /^here\/config\.json/,
    );
  });
});
