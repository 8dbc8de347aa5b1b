import type { LlamaConfig } from "lat-models";
import { z } from "zod";
import { conversationsSchema } from "./data/conversations.ts";

const count = z.number().int().positive();

/** What the task's data, network and evaluation depend on. */
export const optionsSchema = z.strictObject({
  conversations: conversationsSchema.prefault({}),
  tokenizer: z
    .strictObject({ vocabulary: count.min(261).default(2048).describe("Tokens that the tokenizer is trained to.") })
    .prefault({}),
  model: z
    .strictObject({
      width: count.default(128).describe("Of the residual stream."),
      layers: count.default(4).describe("Transformer blocks."),
      heads: count.default(4).describe("Attention heads."),
      inner: count.default(344).describe("Width inside the SwiGLU."),
    })
    .prefault({}),
  buckets: z
    .array(count)
    .min(1)
    .default([32, 48, 64])
    .describe("Padded lengths in tokens, ascending; longer conversations are cut at the last."),
});
export type Options = z.infer<typeof optionsSchema>;

/** Room after the longest prompt for an answer. */
const ANSWER_ROOM = 64;

export function llamaConfig({ model, tokenizer, buckets }: Options): LlamaConfig {
  return {
    vocab_size: tokenizer.vocabulary,
    hidden_size: model.width,
    intermediate_size: model.inner,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    num_key_value_heads: model.heads,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: true,
    max_position_embeddings: buckets.at(-1)! + ANSWER_ROOM,
  };
}
