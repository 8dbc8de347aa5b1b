import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { forward, initialize, prefix, type State, suffix } from "lat-engine";
import { compile, gradcheck, logSoftmaxLabel, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { beforeAll, describe, expect, it } from "vitest";
import { llama, loadLlama, type PretrainedLlama } from "../index.ts";

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}

/** What transformers computes in float64 for the network of the same folder; see tooling/parity/llama_fixture.py. */
interface Expected {
  readonly tokens: Stored;
  /** By site. */
  readonly activations: Record<string, Stored>;
  readonly logits: Stored;
  readonly gradients: Record<string, Stored>;
}

/** Largest difference relative to the largest expected element. */
function error(actual: Tensor, expected: Stored): number {
  expect(actual.shape).toEqual(expected.shape);
  const values = actual.dataSync();
  const scale = expected.data.reduce((largest, e) => Math.max(largest, Math.abs(e)), 0);
  return expected.data.reduce((worst, e, i) => Math.max(worst, Math.abs((values[i] as number) - e) / scale), 0);
}

describe.each(["llama-tied", "llama-untied"])("%s, as saved by transformers", (name) => {
  const folder = fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as Expected;
  const tokens = tf.tensor(expected.tokens.data, expected.tokens.shape, "int32");
  let { model, parameters } = {} as PretrainedLlama;
  beforeAll(async () => {
    ({ model, parameters } = await loadLlama(folder));
  });

  it.each([true, false])("computes the same logits (XLA: %s)", (xla) => {
    const run = compile((p: State, batch: State) => forward(model, p, batch), { xla });
    expect(error(run(parameters, { tokens }).logits as Tensor, expected.logits)).toBeLessThan(1e-5);
  });

  it("has the same activation at every site", () => {
    tf.tidy(() => {
      expect(model.sites.map((site) => site.name).sort()).toEqual(Object.keys(expected.activations).sort());
      for (const site of model.sites) {
        const activation = prefix(model, parameters, { tokens }, site)[site.key] as Tensor;
        expect(error(activation, expected.activations[site.name] as Stored), site.name).toBeLessThan(1e-5);
      }
    });
  });

  it("computes the same gradients", () => {
    const labels = tf.slice(tokens, [0, 1], [2, 6]);
    const differentiate = compile((p: State) =>
      valueAndGradients(() => {
        const { logits } = forward(model, p, { tokens }) as { logits: Tensor };
        return logSoftmaxLabel(tf.slice(logits, [0, 0, 0], [2, 6, -1]), labels);
      }, p),
    );
    const { gradients } = differentiate(parameters);
    for (const [key, stored] of Object.entries(expected.gradients)) {
      expect(error(gradients[key] as Tensor, stored), key).toBeLessThan(1e-5);
    }
  });

  it("is its suffix after its prefix, at every site", () => {
    tf.tidy(() => {
      const { logits } = forward(model, parameters, { tokens }) as { logits: Tensor };
      const whole = { shape: logits.shape, data: [...logits.dataSync()] };
      for (const site of model.sites) {
        const state = prefix(model, parameters, { tokens }, site);
        const rest = suffix(model, parameters, state, site, {});
        expect(error(rest.logits as Tensor, whole), site.name).toBeLessThan(1e-6);
      }
    });
  });

  it("has at every site a perturbation gradient that finite differences confirm", () => {
    tf.tidy(() => {
      for (const site of model.sites) {
        const state = prefix(model, parameters, { tokens }, site);
        const activation = state[site.key] as Tensor;
        const delta = tf.zerosLike(tf.slice(activation, [0, 2], [1, 1]));
        const around: [number, number][] = [
          [0, 1],
          [2, 4],
          ...activation.shape.slice(2).map((): [number, number] => [0, 0]),
        ];
        const { error, ...where } = gradcheck(({ delta }) => {
          const perturbation = { [site.name]: tf.pad(delta, around) };
          const { logits } = suffix(model, parameters, state, site, perturbation) as { logits: Tensor };
          return logSoftmaxLabel(tf.slice(logits, [0, 0, 0], [2, 6, -1]), tf.slice(tokens, [0, 1], [2, 6]));
        }, { delta }); // biome-ignore format: short
        expect(error, `${site.name} ${JSON.stringify(where)}`).toBeLessThan(1e-3);
      }
    });
  });
});

const config = {
  vocab_size: 11,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  max_position_embeddings: 32,
};

describe("llama", () => {
  it("has the sites of every layer, in the order of a forward pass", () => {
    expect(llama({ ...config, num_hidden_layers: 2 }).sites.map(({ name }) => name)).toEqual([
      "embeddings",
      "layers.0.queries",
      "layers.0.keys",
      "layers.0.values",
      "layers.0.mlp",
      "layers.1.residual",
      "layers.1.queries",
      "layers.1.keys",
      "layers.1.values",
      "layers.1.mlp",
    ]);
    const stages = llama(config).sites.map(({ stage }) => stage);
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
  });

  it("shows each site's activation with its tokens on axis 1", () => {
    tf.tidy(() => {
      const model = llama(config);
      const batch = { tokens: tf.zeros([2, 5], "int32") };
      const shapes = model.sites
        .slice(0, 5)
        .map((site) => prefix(model, initialize(model, 0), batch, site)[site.key]?.shape);
      expect(shapes).toEqual([[2, 5, 8], [2, 5, 2, 4], [2, 5, 1, 4], [2, 5, 1, 4], [2, 5, 8]]); // biome-ignore format: short
    });
  });

  it("passes other entries of the batch through", () => {
    tf.tidy(() => {
      const model = llama(config);
      const mask = tf.ones([1, 3]);
      const output = forward(model, initialize(model, 0), { tokens: tf.zeros([1, 3], "int32"), mask });
      expect(Object.keys(output).sort()).toEqual(["logits", "mask"]);
      expect(output.mask).toBe(mask);
    });
  });

  it("does not look ahead: padding on the right changes nothing to its left", () => {
    tf.tidy(() => {
      const model = llama(config);
      const parameters = initialize(model, 0);
      const logits = (tokens: number[]) =>
        forward(model, parameters, { tokens: tf.tensor2d([tokens], undefined, "int32") }).logits as Tensor;
      const short = logits([3, 1, 4]);
      const padded = tf.slice(logits([3, 1, 4, 0, 0]), [0, 0, 0], [1, 3, 11]);
      expect(error(padded, { shape: short.shape, data: [...short.dataSync()] })).toBeLessThan(1e-6);
    });
  });

  it.each([
    [{ num_attention_heads: 3 }, /hidden_size must be an even multiple/],
    [{ num_attention_heads: 8, num_key_value_heads: 8 }, /hidden_size must be an even multiple/],
    [{ num_attention_heads: 4, num_key_value_heads: 3 }, /num_attention_heads must be a multiple/],
  ])("refuses widths that do not divide: %j", (change, message) => {
    expect(() => llama({ ...config, ...change })).toThrow(message);
  });
});
