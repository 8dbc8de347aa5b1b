import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { forward, initialize, prefix, type State, suffix, type Tensors } from "lat-engine";
import { compile, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { type Stored, storedError } from "lat-tensorflow/testing";
import { afterAll, describe, expect, it } from "vitest";
import { bertClassifier, classLikelihood, loadBert, loadWeights, parseBertConfig, saveWeights } from "../index.ts";

/** What transformers computes in float64 for the network of the same folder; see tooling/parity/bert_fixture.py. */
interface Expected {
  readonly tokens: Stored;
  readonly mask: Stored;
  readonly labels: Stored;
  /** The head, where the folder's weights are of an encoder alone. */
  readonly classifier: Record<string, Stored>;
  /** By site, as their gradients. */
  readonly activations: Record<string, Stored>;
  readonly activationGradients: Record<string, Stored>;
  readonly logits: Stored;
  readonly gradients: Record<string, Stored>;
}

const temporary = mkdtempSync(join(tmpdir(), "bert-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const folderOf = (pooling: string) => fileURLToPath(new URL(`../../fixtures/bert-${pooling}`, import.meta.url));
const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

describe.each(["cls", "mean"] as const)("pooled by %s, as saved by transformers", (pooling) => {
  const folder = folderOf(pooling);
  const expected = readJson(`${folder}/expected.json`) as Expected;
  const model = bertClassifier(parseBertConfig(readJson(`${folder}/config.json`)), { classes: 3, pooling });
  const weights = `${folder}/model.safetensors`;
  const head = Object.entries(expected.classifier).map(([name, { data, shape }]) => [name, tf.tensor(data, shape)]);
  const parameters: Tensors = { ...loadBert(model, weights, 0), ...Object.fromEntries(head) };
  const batch = {
    tokens: tf.tensor(expected.tokens.data, expected.tokens.shape, "int32"),
    mask: tf.tensor(expected.mask.data, expected.mask.shape),
    labels: tf.tensor(expected.labels.data, expected.labels.shape, "int32"),
  };
  const logpOf = (output: State) => classLikelihood(output, batch, "labels").logp;

  it.each([true, false])("computes the same logits (XLA: %s)", (xla) => {
    const run = compile((p: State, b: State) => forward(model, p, b).logits as Tensor, { xla });
    expect(storedError(run(parameters, batch), expected.logits)).toBeLessThan(1e-5);
  });

  it("computes the same gradients of parameters", () => {
    const differentiate = compile((p: State) => valueAndGradients(() => logpOf(forward(model, p, batch)), p).gradients);
    const gradients = differentiate(parameters);
    for (const [key, stored] of Object.entries(expected.gradients))
      expect(storedError(gradients[key] as Tensor, stored), key).toBeLessThan(1e-5);
  });

  it("has the same activation, and gradient of it, at every site", () => {
    expect(model.sites.map((site) => site.name).sort()).toEqual(Object.keys(expected.activations).sort());
    tf.tidy(() => {
      for (const site of model.sites) {
        const state = prefix(model, parameters, batch, site);
        const activation = state[site.key] as Tensor;
        expect(storedError(activation, expected.activations[site.name]!), site.name).toBeLessThan(1e-5);
        const delta = tf.zerosLike(activation);
        const value = () => logpOf(suffix(model, parameters, state, site, { [site.name]: delta }));
        const gradient = valueAndGradients(value, { delta }).gradients.delta;
        expect(storedError(gradient, expected.activationGradients[site.name]!), site.name).toBeLessThan(1e-5);
      }
    });
  });

  it("is its suffix after its prefix, at every site", () => {
    tf.tidy(() => {
      const { logits } = forward(model, parameters, batch) as { logits: Tensor };
      const whole = { shape: logits.shape, data: [...logits.dataSync()] };
      for (const site of model.sites) {
        const rest = suffix(model, parameters, prefix(model, parameters, batch, site), site, {});
        expect(storedError(rest.logits as Tensor, whole), site.name).toBeLessThan(1e-6);
      }
    });
  });

  it("does not see padding", () => {
    tf.tidy(() => {
      const changed = tf.where(tf.cast(batch.mask, "bool"), batch.tokens, tf.onesLike(batch.tokens));
      expect(changed.dataSync()).not.toEqual(batch.tokens.dataSync());
      const [a, b] = [batch.tokens, changed].map((tokens) => forward(model, parameters, { ...batch, tokens }));
      expect(a!.logits!.dataSync()).toEqual(b!.logits!.dataSync());
    });
  });

  it("is saved and read again", async () => {
    const path = join(temporary, `${pooling}.safetensors`);
    await saveWeights(path, parameters);
    for (const again of [loadWeights(model, path), loadBert(model, path, 1)])
      for (const [key, value] of Object.entries(parameters))
        expect([key, again[key]!.dataSync()]).toEqual([key, value.dataSync()]);
    if (pooling === "cls") expect(readFileSync(path).equals(readFileSync(weights))).toBe(true);
  });
});

const config = parseBertConfig(readJson(`${folderOf("mean")}/config.json`));

describe("loadBert", () => {
  const path = `${folderOf("mean")}/model.safetensors`;

  it("draws a missing head from the seed and leaves the encoder as it was read", () => {
    const model = bertClassifier(config, { classes: 2, pooling: "mean" });
    const [a, same, b] = [1, 1, 2].map((seed) => loadBert(model, path, seed));
    const values = (parameters: Tensors, name: string) => [...parameters[name]!.dataSync()];
    expect(Object.keys(a!).sort()).toEqual(Object.keys(model.parameters).sort());
    expect(values(a!, "classifier.weight")).toEqual(values(same!, "classifier.weight"));
    expect(values(a!, "classifier.weight")).not.toEqual(values(b!, "classifier.weight"));
    const encoder = "bert.encoder.layer.1.output.dense.weight";
    expect(values(a!, encoder)).toEqual(values(b!, encoder));
  });

  it("reads the pooler of an encoder where the head has one", () => {
    const model = bertClassifier(config, { classes: 2, pooling: "cls" });
    expect(loadBert(model, path, 0)["bert.pooler.dense.weight"]?.shape).toEqual([24, 24]);
  });

  it.each([
    [{ ...config, num_hidden_layers: 3 }, 3, /bert\.encoder\.layer\.2\.attention\.self\.query\.weight: missing/],
    [
      { ...config, num_hidden_layers: 1 },
      3,
      /bert\.encoder\.layer\.1\.attention\.output\.LayerNorm\.bias: not expected/,
    ],
    [config, 2, /classifier\.weight: shape \[3,24\], expected \[2,24\]/],
  ])("lists what does not fit", (other, classes, message) => {
    const model = bertClassifier(other, { classes, pooling: "cls" });
    expect(() => loadBert(model, `${folderOf("cls")}/model.safetensors`, 0)).toThrow(message);
  });
});

describe("bertClassifier", () => {
  it("has the sites of every layer, in the order of a forward pass", () => {
    const { sites } = bertClassifier({ ...config, num_hidden_layers: 2 }, { classes: 2, pooling: "mean" });
    const layer = (n: number) => ["queries", "keys", "values", "mlp"].map((name) => `layers.${n}.${name}`);
    const names = ["embeddings", ...layer(0), "layers.1.residual", ...layer(1), "pooled"];
    expect(sites.map(({ name }) => name)).toEqual(names);
    const stages = sites.map(({ stage }) => stage);
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
    expect(sites.filter(({ tokens }) => !tokens).map(({ name }) => name)).toEqual(["pooled"]);
  });

  it("refuses more tokens than it has positions, and a head that cannot be", () => {
    const model = bertClassifier(config, { classes: 2, pooling: "mean" });
    const [tokens, mask] = [tf.zeros([1, 17], "int32"), tf.ones([1, 17])];
    expect(() => forward(model, initialize(model, 0), { tokens, mask })).toThrow(/17 tokens, at most 16/);
    expect(() => bertClassifier(config, { classes: 1, pooling: "mean" })).toThrow(/received 1 classes/);
    expect(() => bertClassifier({ ...config, num_hidden_layers: 1e8 }, { classes: 2, pooling: "mean" })).toThrow(
      /at most 1000 are made/,
    );
    expect(() => bertClassifier({ ...config, num_attention_heads: 5 }, { classes: 2, pooling: "mean" })).toThrow(
      /must be a multiple of num_attention_heads/,
    );
  });
});

describe("parseBertConfig", () => {
  const published = readJson(`${folderOf("mean")}/config.json`);

  it("takes what a file leaves out as transformers does", () => {
    const defaults = { vocab_size: 30_522, hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12 };
    const others = { num_attention_heads: 12, layer_norm_eps: 1e-12, max_position_embeddings: 512, type_vocab_size: 2 };
    expect(parseBertConfig({ model_type: "bert" })).toEqual({ ...defaults, ...others });
    expect(parseBertConfig({ ...published, hidden_act: "gelu_python" })).toEqual(parseBertConfig(published));
  });

  it.each([
    [{ model_type: "roberta" }, /model_type/],
    [{ hidden_size: 0 }, /hidden_size/],
    [{ hidden_act: "relu" }, /hidden_act/],
    [{ position_embedding_type: "relative_key" }, /position_embedding_type/],
    [{ is_decoder: true }, /is_decoder/],
    [{ layer_norm_eps: null }, /layer_norm_eps/],
    [{ hidden_act: null }, /hidden_act/],
    [{ add_cross_attention: true }, /add_cross_attention/],
    [{ quantization_config: { bits: 8 } }, /quantization_config/],
  ])("refuses %j", (change, message) => {
    expect(() => parseBertConfig({ ...published, ...change }, "here/config.json")).toThrow(message);
    expect(() => parseBertConfig({ ...published, ...change }, "here/config.json")).toThrow(/^here\/config\.json/);
  });
});
