import { type AttackConfig, attackSchema, type TrainConfig, trainSchema } from "lat-engine";
import type { Subject } from "./subject.ts";
import { bertSubject } from "./subjects/bert.ts";
import { llamaSubject } from "./subjects/llama.ts";
import { resnetSubject } from "./subjects/resnet.ts";
import { taskSubject } from "./subjects/task.ts";

/** The most that a figure of ours may be, as a share of a peer's. */
export interface Bars {
  readonly plain?: number;
  readonly lat?: number;
  readonly memory?: number;
}

/** What ours is compared with: PyTorch in two modes, or ours on batches that lie ready in memory. */
export type PeerName = "eager" | "compiled" | "in memory";

/**
 * One network at one size of batch, and the work: an optimizer step, plain or on the perturbation that T ascents found.
 * The PyTorch peer gets it as JSON.
 */
export interface Size {
  readonly name: string;
  readonly subject: Subject;
  readonly site: string;
  readonly epsilon: number;
  readonly train: TrainConfig;
  readonly attack: AttackConfig;
  /** Steps of one turn, and turns of each program. */
  readonly steps: number;
  readonly rounds: number;
  readonly peers: readonly { readonly name: PeerName; readonly bars: Bars }[];
}

const llamaWork = {
  site: "layers.1.residual",
  epsilon: 8,
  train: trainSchema.parse({ learningRate: 1e-4, weightDecay: 6e-4 }),
  attack: attackSchema.parse({ steps: 6 }),
};
const llamaConfig = {
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  max_position_embeddings: 512,
} as const;

/** As the images' preset trains. */
const imageWork = {
  site: "conv1",
  epsilon: 8,
  train: trainSchema.parse({ optimizer: "sgd", learningRate: 0.01 }),
  attack: attackSchema.parse({ steps: 4 }),
};

export const sizes: readonly Size[] = [
  {
    name: "nano",
    subject: llamaSubject(16, 56, {
      ...llamaConfig,
      vocab_size: 2048,
      hidden_size: 128,
      intermediate_size: 344,
      num_hidden_layers: 4,
      num_attention_heads: 4,
      num_key_value_heads: 4,
    }),
    ...llamaWork,
    steps: 5,
    rounds: 9,
    peers: [
      { name: "eager", bars: { plain: 0.9, lat: 0.9, memory: 1.4 } },
      { name: "compiled", bars: { plain: 1.05, lat: 1.05 } },
    ],
  },
  {
    name: "large",
    subject: llamaSubject(8, 128, {
      ...llamaConfig,
      vocab_size: 4096,
      hidden_size: 512,
      intermediate_size: 1376,
      num_hidden_layers: 8,
      num_attention_heads: 8,
      num_key_value_heads: 8,
    }),
    ...llamaWork,
    steps: 1,
    rounds: 5,
    peers: [
      { name: "eager", bars: { plain: 0.95, lat: 0.95, memory: 1.4 } },
      { name: "compiled", bars: { plain: 1.05, lat: 1.05 } },
    ],
  },
  {
    name: "resnet-20",
    subject: resnetSubject(64, 32, {
      widths: [16, 32, 64],
      blocks: 3,
      classes: 10,
      shortcut: "pad",
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    }),
    ...imageWork,
    steps: 3,
    rounds: 7,
    peers: [
      { name: "eager", bars: { lat: 1.1 } },
      { name: "compiled", bars: {} },
    ],
  },
  {
    name: "minilm",
    subject: bertSubject(16, 128, 2, {
      vocab_size: 30_522,
      hidden_size: 384,
      intermediate_size: 1536,
      num_hidden_layers: 6,
      num_attention_heads: 12,
      layer_norm_eps: 1e-12,
      max_position_embeddings: 512,
      type_vocab_size: 2,
    }),
    // As the texts' preset trains.
    site: "layers.2.residual",
    epsilon: 0.5,
    train: trainSchema.parse({ learningRate: 1e-4, weightDecay: 0.01 }),
    attack: attackSchema.parse({ steps: 3 }),
    steps: 1,
    rounds: 9,
    peers: [
      { name: "eager", bars: { lat: 0.95 } },
      { name: "compiled", bars: {} },
    ],
  },
  {
    name: "images",
    subject: taskSubject("task-imagenet", "nano", 64),
    ...imageWork,
    steps: 5,
    rounds: 7,
    peers: [{ name: "in memory", bars: { plain: 1.1, lat: 1.1 } }],
  },
  {
    name: "decoded",
    subject: taskSubject("task-imagenet", "nano", 64, { "options.data.memory": 0 }),
    ...imageWork,
    steps: 5,
    rounds: 7,
    peers: [{ name: "in memory", bars: {} }],
  },
];
