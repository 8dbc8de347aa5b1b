import type { HeldExamples, HostBatch } from "lat-engine";
import type { Encoding } from "./tokenizer.ts";

/**
 * Texts to be classified. A batch of B texts padded to S tokens holds
 * `tokens` [B, S] int32;
 * `mask` [B, S] float32, 1 on real tokens;
 * `labels` [B] int32, 1 for harmful.
 */
export function textExamples(
  encodings: readonly Pick<Encoding, "ids">[],
  harmful: readonly boolean[],
  padId: number,
): HeldExamples & { readonly lengths: readonly number[] } {
  const lengths = encodings.map(({ ids }) => ids.length);
  return {
    size: encodings.length,
    lengths,
    batch(indices, length = Math.max(...indices.map((i) => lengths[i]!))): HostBatch {
      const shape = [indices.length, length];
      const tokens = new Int32Array(indices.length * length).fill(padId);
      const mask = new Float32Array(indices.length * length);
      for (const [row, index] of indices.entries()) {
        tokens.set(encodings[index]!.ids, row * length);
        mask.fill(1, row * length, row * length + lengths[index]!);
      }
      const labels = Int32Array.from(indices, (index) => Number(harmful[index]));
      return {
        tokens: { shape, data: tokens },
        mask: { shape, data: mask },
        labels: { shape: [indices.length], data: labels },
      };
    },
  };
}
