import type { HeldExamples, HostBatch } from "lat-engine";
import { special } from "./tokenizer.ts";

/** An example set of token sequences, and how many were longer than `longest` and cut there. */
export interface TokenExamples extends HeldExamples {
  readonly lengths: readonly number[];
  readonly truncated: number;
}

/**
 * Next-token prediction on token sequences. A batch of B examples padded to S tokens holds
 * `tokens` [B, S] int32, padded with `<pad>`;
 * `labels` [B, S] int32, the token after each, `<pad>` where there is none;
 * `mask` [B, S] float32, 1 on real tokens;
 * `weights` [B, S] float32, 1 where the label counts: on all real tokens but the last.
 *
 * @param countedFrom for each sequence the index of the first token whose prediction counts; default: all count
 */
export function tokenExamples(
  sequences: readonly (readonly number[])[],
  longest: number,
  countedFrom?: readonly number[],
): TokenExamples {
  const examples = sequences.map((ids) => ids.slice(0, longest));
  const lengths = examples.map((ids) => ids.length);
  return {
    size: examples.length,
    lengths,
    truncated: sequences.filter((ids) => ids.length > longest).length,
    batch(indices, length = Math.max(...indices.map((i) => lengths[i]!))) {
      return tokenBatch(
        indices.map((i) => ({ ids: examples[i]!, from: countedFrom?.[i] ?? 1 })),
        length,
      );
    },
  };
}

function tokenBatch(examples: readonly { ids: readonly number[]; from: number }[], length: number): HostBatch {
  const shape = [examples.length, length];
  const size = examples.length * length;
  const tokens = new Int32Array(size).fill(special.pad);
  const labels = new Int32Array(size).fill(special.pad);
  const mask = new Float32Array(size);
  const weights = new Float32Array(size);
  for (const [row, { ids, from }] of examples.entries()) {
    if (ids.length > length) throw new RangeError(`an example of ${ids.length} tokens in a batch of length ${length}`);
    const start = row * length;
    tokens.set(ids, start);
    labels.set(ids.slice(1), start);
    mask.fill(1, start, start + ids.length);
    weights.fill(1, start + from - 1, start + ids.length - 1);
  }
  return {
    tokens: { shape, data: tokens },
    labels: { shape, data: labels },
    mask: { shape, data: mask },
    weights: { shape, data: weights },
  };
}
