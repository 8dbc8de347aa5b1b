import { LatError, UsageError } from "lat-system";
import { z } from "zod";
import { count, maximumLayers, parsePublishedConfig, unquantised } from "../published-config.ts";

/** The shape of a Llama, in the fields and names of a Hugging Face `config.json`. */
export interface LlamaConfig {
  readonly vocab_size: number;
  /** Width of the residual stream. */
  readonly hidden_size: number;
  /** Width inside the MLP. */
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Heads of keys and values; fewer than `num_attention_heads` is grouped-query attention. */
  readonly num_key_value_heads: number;
  /** Added to the mean square in RMS norms. */
  readonly rms_norm_eps: number;
  /** Base of the rotary angles. */
  readonly rope_theta: number;
  /** Whether the output matrix is the embedding matrix. */
  readonly tie_word_embeddings: boolean;
  /** The longest sequence that the network was made for, in tokens. */
  readonly max_position_embeddings: number;
}

const positive = z.number().positive();

/** Rotary embedding as it was at first; variants bend its angles, by these or by other settings. */
const plainRotary = z.strictObject({
  rope_type: z.literal("default").optional(),
  type: z.literal("default").optional(),
  rope_theta: positive.optional(),
  partial_rotary_factor: z.literal(1).optional(),
});

/**
 * What is read of a published `config.json`; variants of the architecture that are not computed here are refused. What a
 * file leaves out has the value that transformers gives it.
 */
const fileSchema = z.object({
  model_type: z.literal("llama"),
  vocab_size: count.default(32_000),
  hidden_size: count.default(4096),
  intermediate_size: count.default(11_008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  rms_norm_eps: positive.default(1e-6),
  max_position_embeddings: count.default(2048),
  tie_word_embeddings: z.boolean().default(false),
  // Newer files hold theta in rope_parameters; the oldest leave it out.
  rope_theta: positive.default(10_000),
  rope_parameters: plainRotary.nullish(),
  rope_scaling: plainRotary.nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
  hidden_act: z.enum(["silu", "swish"]).optional(),
  attention_bias: z.literal(false).optional(),
  mlp_bias: z.literal(false).optional(),
  head_dim: count.nullish(),
  quantization_config: unquantised,
});

/**
 * The configuration in a Hugging Face `config.json`.
 *
 * @throws {LatError} that names the fields that are missing, malformed or of a variant that is not computed here
 */
export function parseLlamaConfig(json: unknown, source = "config.json"): LlamaConfig {
  const data = parsePublishedConfig(fileSchema, json, source, "a Llama");
  const { hidden_size, num_attention_heads, head_dim } = data;
  if (head_dim && head_dim !== hidden_size / num_attention_heads)
    throw new LatError(
      `${source}: head_dim ${head_dim} is not hidden_size / num_attention_heads = ${hidden_size / num_attention_heads}, ` +
        "which is the only width of a head that can be computed here",
    );
  const { vocab_size, intermediate_size, num_hidden_layers, rms_norm_eps, max_position_embeddings } = data;
  return {
    vocab_size,
    hidden_size,
    intermediate_size,
    num_hidden_layers,
    num_attention_heads,
    num_key_value_heads: data.num_key_value_heads ?? num_attention_heads,
    rms_norm_eps,
    rope_theta: data.rope_parameters?.rope_theta ?? data.rope_scaling?.rope_theta ?? data.rope_theta,
    tie_word_embeddings: data.tie_word_embeddings,
    max_position_embeddings,
  };
}

/** @throws {UsageError} where the widths do not divide as attention with rotary embedding needs, or layers are too many */
export function checkLlamaConfig(config: LlamaConfig): void {
  const { hidden_size, num_attention_heads, num_key_value_heads } = config;
  if (config.num_hidden_layers > maximumLayers)
    throw new UsageError(`a Llama of ${config.num_hidden_layers} layers cannot be: at most ${maximumLayers} are made`);
  const demand = (holds: boolean, rule: string) => {
    if (!holds)
      throw new UsageError(
        `a Llama of hidden_size ${hidden_size}, num_attention_heads ${num_attention_heads} and num_key_value_heads ` +
          `${num_key_value_heads} cannot be: ${rule}`,
      );
  };
  demand(hidden_size % (2 * num_attention_heads) === 0, "hidden_size must be an even multiple of num_attention_heads");
  demand(
    num_attention_heads % num_key_value_heads === 0,
    "num_attention_heads must be a multiple of num_key_value_heads",
  );
}
