import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AttackConfig,
  attackSchema,
  type DrawContext,
  drawStart,
  type HostBatch,
  type Network,
  prefix,
  resolveSites,
  type State,
  type Tensors,
  type TrainConfig,
  toTensors,
  trainSchema,
} from "lat-engine";
import { type LlamaConfig, llama, saveLlama, tokenLikelihood } from "lat-models";
import { disposeAll, type HostTensor, hostRandom, type Tensor, tf, writeSafetensors } from "lat-tensorflow";

/** One attack (and, where `trained`, a training with it) that is computed twice. */
export interface Case {
  readonly name: string;
  readonly site: string;
  readonly attack: AttackConfig;
  readonly epsilon: number;
  readonly trained: boolean;
}

/** What both sides are given. */
export interface Problem {
  readonly config: LlamaConfig;
  readonly parameters: Tensors;
  /** For each optimizer step its micro-batches. */
  readonly batches: readonly (readonly HostBatch[])[];
  readonly cases: readonly Case[];
  readonly train: TrainConfig;
  /** Whether transformers' logits and gradients are asked for, too. */
  readonly transformers: boolean;
}

export function networkOf({ config }: Problem): Network {
  return { model: llama(config), likelihood: tokenLikelihood, maskKey: "mask" };
}

/** Which draws belong to a micro-batch; the seed is the same everywhere. */
export function drawContext(step: number, micro: number, examples: number): DrawContext {
  return { seed: 0, step, examples: Array.from({ length: examples }, (_, i) => micro * examples + i) };
}

const sites = ["layers.1.residual", "layers.1.queries", "layers.1.keys", "layers.1.values", "embeddings"];
const behaviours = {
  published: { behaviour: "published", range: "batch" },
  corrected: { behaviour: "corrected" },
} as const;
/** Beside the published rule: at one site, corrected. */
const variants: Readonly<Record<string, Partial<AttackConfig>>> = {
  "sign steps": { rule: "sign" },
  momentum: { rule: "momentum" },
  "Adam on δ": { rule: "adam" },
  "L∞": { norm: "linf" },
  "L2 per token": { scope: "token" },
  "L∞ per token": { norm: "linf", scope: "token" },
  "kept in the batch's range": { range: "batch" },
};

export function cases(): Case[] {
  const epsilonOf = ({ norm, scope }: AttackConfig): number => (norm === "linf" ? 0.1 : scope === "token" ? 1 : 4);
  const one = (name: string, site: string, changes: Partial<AttackConfig>, trained: boolean): Case => {
    const attack = attackSchema.parse({ steps: 6, ...changes });
    return { name, site, attack, epsilon: epsilonOf(attack), trained };
  };
  return [
    ...sites.flatMap((site) =>
      Object.entries(behaviours).map(([name, changes]) => one(`${site}, ${name}`, site, changes, true)),
    ),
    ...Object.entries(variants).map(([name, changes]) => one(`${sites[0]}, ${name}`, sites[0]!, changes, false)),
  ];
}

/** AdamW as the published code sets it, but for a learning rate at which six steps change something. */
export const train = trainSchema.parse({ learningRate: 1e-3, weightDecay: 6e-4, clip: 0.25, accumulate: 2 });

/** Random sequences of different lengths, padded on the right; each token but the last has its successor for a label. */
export function randomBatch(config: LlamaConfig, index: number, examples: number, tokens: number): HostBatch {
  const random = hostRandom(0, "tokens", index);
  const shape = [examples, tokens];
  const length = (row: number): number => tokens - random.integer(tokens / 2, examples * (tokens + 1) + row);
  const token = (row: number, column: number): number =>
    column < length(row) ? random.integer(config.vocab_size, row * (tokens + 1) + column) : 0;
  const fill = (value: (row: number, column: number) => number): number[] =>
    Array.from({ length: examples * tokens }, (_, i) => value(Math.floor(i / tokens), i % tokens));
  return {
    tokens: { shape, data: Int32Array.from(fill(token)) },
    labels: { shape, data: Int32Array.from(fill((row, column) => token(row, column + 1))) },
    mask: { shape, data: Float32Array.from(fill((row, column) => (column < length(row) ? 1 : 0))) },
    weights: { shape, data: Float32Array.from(fill((row, column) => (column + 1 < length(row) ? 1 : 0))) },
  };
}

/** Writes what reference/main.py reads: weights, batches and, drawn by the engine, the random numbers of every start. */
export async function writeProblem(folder: string, problem: Problem): Promise<void> {
  const { config, parameters, batches, cases, train, transformers } = problem;
  const { model } = networkOf(problem);
  await mkdir(folder, { recursive: true });
  await saveLlama(join(folder, "model"), config, parameters);
  const tensors: Record<string, HostTensor> = {};
  batches.forEach((microBatches, step) => {
    microBatches.forEach((batch, micro) => {
      for (const [key, { shape, data }] of Object.entries(batch)) {
        const dtype = data instanceof Int32Array ? "I32" : "F32";
        tensors[`batch/${step}/${micro}/${key}`] = { dtype, shape: [...shape], data } as HostTensor;
      }
      for (const { site, attack } of cases) {
        const draws = startDraws(
          model,
          parameters,
          batch,
          site,
          attack,
          drawContext(step, micro, batch.tokens!.shape[0]!),
        );
        for (const [kind, host] of Object.entries(draws)) {
          tensors[`draws/${site}/${attack.scope}/${step}/${micro}/${kind}`] = host;
        }
      }
    });
  });
  await writeSafetensors(join(folder, "inputs.safetensors"), { tensors, metadata: {} });
  const counts = { steps: batches.length, accumulate: batches[0]!.length };
  await writeFile(join(folder, "problem.json"), JSON.stringify({ ...counts, cases, train, transformers }));
}

function startDraws(
  model: Network["model"],
  parameters: Tensors,
  batch: HostBatch,
  siteName: string,
  { scope }: AttackConfig,
  context: DrawContext,
): Record<"normal" | "uniform", HostTensor> {
  const [site] = resolveSites(model, [siteName]) as [Network["model"]["sites"][number]];
  const state: State = toTensors(batch);
  const drawn = tf.tidy(() => {
    const { shape } = prefix(model, parameters, state, site)[site.key]!;
    return { ...drawStart(site, shape, scope, 0, context) };
  });
  const host = (tensor: Tensor): HostTensor => ({
    dtype: "F32",
    shape: tensor.shape,
    data: tensor.dataSync() as Float32Array,
  });
  const result = { normal: host(drawn.normal), uniform: host(drawn.uniform) };
  disposeAll(state, drawn);
  return result;
}
