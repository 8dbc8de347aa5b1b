import type { Tensors } from "lat-engine";
import { rmsNorm, rotary, swiGlu, type Tensor, tf } from "lat-tensorflow";
import { linear } from "../linear.ts";
import type { LlamaConfig } from "./config.ts";

/** What attention reads: [batch, tokens, heads, width] each, queries and keys after rotary embedding. */
export interface Projections {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** The token embeddings: [vocabulary, hidden]. */
export const embeddingName = "model.embed_tokens.weight";

/**
 * Norm, projections and rotary embedding of layer `index`.
 *
 * @param h [batch, tokens, hidden]
 * @param positions int32, [tokens] or [batch, tokens]
 */
export function project(
  config: LlamaConfig,
  parameters: Tensors,
  index: number,
  h: Tensor,
  positions: Tensor,
): Projections {
  const weight = layerWeights(parameters, index);
  const [batch, tokens, width] = h.shape as [number, number, number];
  const headWidth = width / config.num_attention_heads;
  const x = rmsNorm(h, weight("input_layernorm"), config.rms_norm_eps);
  const heads = (name: string) =>
    tf.reshape(linear(x, weight(`self_attn.${name}_proj`)), [batch, tokens, -1, headWidth]);
  return {
    queries: rotary(heads("q"), positions, config.rope_theta),
    keys: rotary(heads("k"), positions, config.rope_theta),
    values: heads("v"),
  };
}

/** The residual stream after attention's output, `mixed` [batch, tokens, heads, width], is projected and added to it. */
export function addAttention(parameters: Tensors, index: number, h: Tensor, mixed: Tensor): Tensor {
  return tf.add(h, linear(tf.reshape(mixed, h.shape), layerWeights(parameters, index)("self_attn.o_proj")));
}

/** The output of layer `index`'s MLP, which is yet to be added to the residual stream `h`. */
export function mlp(config: LlamaConfig, parameters: Tensors, index: number, h: Tensor): Tensor {
  const weight = layerWeights(parameters, index);
  const x = rmsNorm(h, weight("post_attention_layernorm"), config.rms_norm_eps);
  return linear(swiGlu(linear(x, weight("mlp.gate_proj")), linear(x, weight("mlp.up_proj"))), weight("mlp.down_proj"));
}

/** Final norm and output matrix: [batch, tokens, hidden] → logits [batch, tokens, vocabulary]. */
export function head(config: LlamaConfig, parameters: Tensors, h: Tensor): Tensor {
  const output = config.tie_word_embeddings ? embeddingName : "lm_head.weight";
  return linear(rmsNorm(h, parameters["model.norm.weight"]!, config.rms_norm_eps), parameters[output]!);
}

function layerWeights(parameters: Tensors, index: number): (name: string) => Tensor {
  return (name) => parameters[`model.layers.${index}.${name}.weight`]!;
}
