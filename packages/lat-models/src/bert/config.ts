import { UsageError } from "lat-system";
import { z } from "zod";
import { count, maximumLayers, parsePublishedConfig, unquantised } from "../published-config.ts";

/** The shape of a BERT encoder, in the fields and names of a Hugging Face `config.json`. */
export interface BertConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  /** Width inside the MLP. */
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Added to the variance in layer norms. */
  readonly layer_norm_eps: number;
  /** The longest sequence, in tokens. */
  readonly max_position_embeddings: number;
  /** Kinds of segments that checkpoints have embeddings of; here every token is of the first. */
  readonly type_vocab_size: number;
}

/** How a text's tokens become one vector, which is then classified. */
export interface BertHead {
  readonly classes: number;
  /**
   * `mean`: the mean over real tokens, as sentence-transformers does; `cls`: a layer with tanh over the first token, as
   * BERT was pretrained with.
   */
  readonly pooling: "mean" | "cls";
}

/**
 * What is read of a published `config.json`; variants of the architecture that are not computed here are refused. What a
 * file leaves out has the value that transformers gives it.
 */
const fileSchema = z.object({
  model_type: z.literal("bert"),
  vocab_size: count.default(30_522),
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  layer_norm_eps: z.number().positive().default(1e-12),
  max_position_embeddings: count.default(512),
  type_vocab_size: count.default(2),
  // Both are the exact function, of the error function.
  hidden_act: z.enum(["gelu", "gelu_python"]).optional(),
  position_embedding_type: z.literal("absolute").optional(),
  is_decoder: z.literal(false).optional(),
  add_cross_attention: z.literal(false).optional(),
  quantization_config: unquantised,
});

/**
 * The configuration in a Hugging Face `config.json`.
 *
 * @throws {LatError} that names the fields that are missing, malformed or of a variant that is not computed here
 */
export function parseBertConfig(json: unknown, source = "config.json"): BertConfig {
  const data = parsePublishedConfig(fileSchema, json, source, "a BERT");
  const { vocab_size, hidden_size, intermediate_size, num_hidden_layers, num_attention_heads } = data;
  const { layer_norm_eps, max_position_embeddings, type_vocab_size } = data;
  return {
    vocab_size,
    hidden_size,
    intermediate_size,
    num_hidden_layers,
    num_attention_heads,
    layer_norm_eps,
    max_position_embeddings,
    type_vocab_size,
  };
}

/** @throws {UsageError} where the width does not divide among the heads, layers are too many, or there are no two classes */
export function checkBertConfig(config: BertConfig, { classes }: BertHead): void {
  const { hidden_size, num_attention_heads, num_hidden_layers } = config;
  if (num_hidden_layers > maximumLayers)
    throw new UsageError(`a BERT of ${num_hidden_layers} layers cannot be: at most ${maximumLayers} are made`);
  if (hidden_size % num_attention_heads !== 0)
    throw new UsageError(
      `a BERT of hidden_size ${hidden_size} and num_attention_heads ${num_attention_heads} cannot be: ` +
        "hidden_size must be a multiple of num_attention_heads",
    );
  if (!Number.isInteger(classes) || classes < 2)
    throw new UsageError(`a classifier: received ${classes} classes, expected a whole number of at least 2`);
}
