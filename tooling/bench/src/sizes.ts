import type { LlamaConfig } from "lat-models";

/** One size of network and batch. Passed to the PyTorch peer as JSON. */
export interface Size {
  readonly name: string;
  readonly batch: number;
  readonly tokens: number;
  readonly config: LlamaConfig;
  /** Steps of one turn, and turns of each program. */
  readonly steps: number;
  readonly rounds: number;
  /** Time beside PyTorch eager that is to be reached. */
  readonly bar: number;
}

const shared = {
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  max_position_embeddings: 512,
} as const;

/** What both programs do: one optimizer step, plain or on the perturbation that T ascents found. */
export const work = {
  site: "layers.1.residual",
  /** The layer that the perturbation enters, for the peer. */
  layer: 1,
  ascents: 6,
  epsilon: 8,
  learningRate: 1e-4,
  weightDecay: 6e-4,
  clip: 1,
} as const;

export const sizes: readonly Size[] = [
  {
    name: "nano",
    batch: 16,
    tokens: 56,
    config: {
      ...shared,
      vocab_size: 2048,
      hidden_size: 128,
      intermediate_size: 344,
      num_hidden_layers: 4,
      num_attention_heads: 4,
      num_key_value_heads: 4,
    },
    steps: 5,
    rounds: 9,
    bar: 0.9,
  },
  {
    name: "large",
    batch: 8,
    tokens: 128,
    config: {
      ...shared,
      vocab_size: 4096,
      hidden_size: 512,
      intermediate_size: 1376,
      num_hidden_layers: 8,
      num_attention_heads: 8,
      num_key_value_heads: 8,
    },
    steps: 1,
    rounds: 5,
    bar: 0.95,
  },
];
