import type { ParameterSpec, Tensors } from "lat-engine";
import { gather, gelu, layerNorm, type Tensor, tf } from "lat-tensorflow";
import { linear } from "../linear.ts";
import type { BertConfig, BertHead } from "./config.ts";

/** What attention reads: [batch, tokens, heads, width] each. */
export interface Projections {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

const embeddings = "bert.embeddings";
const layer = (index: number): string => `bert.encoder.layer.${index}`;

/** [batch, tokens] int32 → the normalised sums of word, position and segment embeddings, [batch, tokens, hidden]. */
export function embed(config: BertConfig, parameters: Tensors, tokens: Tensor): Tensor {
  const table = (name: string) => parameters[`${embeddings}.${name}_embeddings.weight`]!;
  const length = tokens.shape[1]!;
  if (length > config.max_position_embeddings)
    throw new RangeError(`bert: ${length} tokens, at most ${config.max_position_embeddings} have a position`);
  const position = tf.slice(table("position"), [0, 0], [length, -1]);
  const segment = tf.slice(table("token_type"), [0, 0], [1, -1]);
  const sum = tf.add(gather(table("word"), tokens), tf.add(position, segment));
  return normalize(config, parameters, `${embeddings}.LayerNorm`, sum);
}

/** Queries, keys and values of layer `index` from the residual stream `h` [batch, tokens, hidden]. */
export function project(config: BertConfig, parameters: Tensors, index: number, h: Tensor): Projections {
  const [batch, tokens] = h.shape as [number, number, number];
  const heads = (name: string) =>
    tf.reshape(dense(parameters, `${layer(index)}.attention.self.${name}`, h), [
      batch,
      tokens,
      config.num_attention_heads,
      -1,
    ]);
  return { queries: heads("query"), keys: heads("key"), values: heads("value") };
}

/** The residual stream after attention's output, `mixed` [batch, tokens, heads, width], is projected and added to it. */
export function addAttention(config: BertConfig, parameters: Tensors, index: number, h: Tensor, mixed: Tensor): Tensor {
  const output = `${layer(index)}.attention.output`;
  const sum = tf.add(h, dense(parameters, `${output}.dense`, tf.reshape(mixed, h.shape)));
  return normalize(config, parameters, `${output}.LayerNorm`, sum);
}

/** The output of layer `index`'s MLP, which is yet to be added to the residual stream `h`. */
export function mlp(parameters: Tensors, index: number, h: Tensor): Tensor {
  const inner = gelu(dense(parameters, `${layer(index)}.intermediate.dense`, h));
  return dense(parameters, `${layer(index)}.output.dense`, inner);
}

export function addMlp(config: BertConfig, parameters: Tensors, index: number, h: Tensor, mlp: Tensor): Tensor {
  return normalize(config, parameters, `${layer(index)}.output.LayerNorm`, tf.add(h, mlp));
}

/** One vector for each text: [batch, hidden]. `mask` is [batch, tokens], 1 for real tokens. */
export function pool({ pooling }: BertHead, parameters: Tensors, h: Tensor, mask: Tensor): Tensor {
  const [batch, tokens, width] = h.shape as [number, number, number];
  if (pooling === "cls") {
    const first = tf.reshape(tf.slice(h, [0, 0, 0], [batch, 1, width]), [batch, width]);
    return tf.tanh(dense(parameters, "bert.pooler.dense", first));
  }
  const real = tf.reshape(tf.cast(mask, "float32"), [batch, tokens, 1]);
  return tf.div(tf.sum(tf.mul(h, real), 1), tf.maximum(tf.sum(real, 1), 1));
}

export function classify(parameters: Tensors, pooled: Tensor): Tensor {
  return dense(parameters, "classifier", pooled);
}

function dense(parameters: Tensors, name: string, x: Tensor): Tensor {
  return linear(x, parameters[`${name}.weight`]!, parameters[`${name}.bias`]!);
}

function normalize({ layer_norm_eps }: BertConfig, parameters: Tensors, name: string, x: Tensor): Tensor {
  return layerNorm(x, parameters[`${name}.weight`]!, parameters[`${name}.bias`]!, layer_norm_eps);
}

/** Standard deviation of every matrix of a network from scratch: Hugging Face's default `initializer_range`. */
const initializerRange = 0.02;

/** Names, shapes and starts of all parameters: those of Hugging Face's `BertForSequenceClassification`. */
export function parameterSpecs(config: BertConfig, head: BertHead): Record<string, ParameterSpec> {
  const { hidden_size: width, intermediate_size: inner } = config;
  const matrix = (out: number, width: number): ParameterSpec => ({
    shape: [out, width],
    initial: { normal: initializerRange },
    decay: true,
  });
  const vector = (size: number, initial: "ones" | "zeros"): ParameterSpec => ({ shape: [size], initial, decay: false });
  const denseSpecs = (name: string, out: number, width: number) => ({
    [`${name}.weight`]: matrix(out, width),
    [`${name}.bias`]: vector(out, "zeros"),
  });
  const normSpecs = (name: string) => ({
    [`${name}.weight`]: vector(width, "ones"),
    [`${name}.bias`]: vector(width, "zeros"),
  });
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => ({
    ...denseSpecs(`${layer(index)}.attention.self.query`, width, width),
    ...denseSpecs(`${layer(index)}.attention.self.key`, width, width),
    ...denseSpecs(`${layer(index)}.attention.self.value`, width, width),
    ...denseSpecs(`${layer(index)}.attention.output.dense`, width, width),
    ...normSpecs(`${layer(index)}.attention.output.LayerNorm`),
    ...denseSpecs(`${layer(index)}.intermediate.dense`, inner, width),
    ...denseSpecs(`${layer(index)}.output.dense`, width, inner),
    ...normSpecs(`${layer(index)}.output.LayerNorm`),
  }));
  return {
    [`${embeddings}.word_embeddings.weight`]: matrix(config.vocab_size, width),
    [`${embeddings}.position_embeddings.weight`]: matrix(config.max_position_embeddings, width),
    [`${embeddings}.token_type_embeddings.weight`]: matrix(config.type_vocab_size, width),
    ...normSpecs(`${embeddings}.LayerNorm`),
    ...Object.assign({}, ...layers),
    ...(head.pooling === "cls" ? denseSpecs("bert.pooler.dense", width, width) : {}),
    ...denseSpecs("classifier", head.classes, width),
  };
}
