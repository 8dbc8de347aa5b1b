import type { Encoding, Tokenizer } from "../data/tokenizer.ts";
import type { Target, TargetWord } from "./attack.ts";
import { NEIGHBOURS } from "./neighbours.ts";
import type { Victim } from "./victim.ts";

/** What attacks start from, with one gradient for each text. */
export async function targetsOf(
  victim: Victim,
  texts: readonly string[],
  encodings: readonly Encoding[],
  { maskId, vocabulary }: Tokenizer,
  neighbours: ReadonlyMap<number, readonly number[]>,
): Promise<Target[]> {
  const logOdds = await victim.logOdds(encodings);
  const candidates = encodings.map(({ ids }) => [
    Int32Array.from(ids, () => maskId),
    ...Array.from({ length: NEIGHBOURS }, (_, n) => Int32Array.from(ids, (id) => neighbours.get(id)?.[n] ?? id)),
  ]);
  const changes = await victim.substitutions(encodings, candidates);
  return texts.map((text, i) => {
    const { ids, words } = encodings[i]!;
    const [masked, ...replaced] = changes[i]! as [Float32Array, ...Float32Array[]];
    return {
      text,
      logOdds: logOdds[i]!,
      words: words.map((word): TargetWord => {
        const { start, end, firstToken, endToken } = word;
        const sum = masked.slice(firstToken, endToken).reduce((total, value) => total + value, 0);
        const own = { ...word, text: text.slice(start, end), masked: sum };
        const near = endToken === firstToken + 1 ? (neighbours.get(ids[firstToken]!) ?? []) : [];
        const best = lowest(near.map((_, n) => replaced[n]![firstToken]!));
        if (best === undefined || best.value >= 0) return own;
        return { ...own, neighbour: { text: vocabulary[near[best.index]!]!, change: best.value } };
      }),
    };
  });
}

function lowest(values: readonly number[]): { index: number; value: number } | undefined {
  if (values.length === 0) return undefined;
  const value = Math.min(...values);
  return { index: values.indexOf(value), value };
}
