import type { HostRandom } from "lat-tensorflow";
import { type AttackContext, type Attacked, drawsFor, keepBest, replaceWords, type Target } from "./attack.ts";

/** Share of the words that are edited at most. */
const BUDGET = 0.15;
/** The budget is spent in so many rounds, each of which keeps what lowered the log-odds most. */
const ROUNDS = 2;

/** Letters that look the same, of another alphabet. */
const homoglyphs: Readonly<Record<string, string>> = {
  ...{ a: "а", c: "с", e: "е", i: "і", o: "о", p: "р", s: "ѕ", x: "х", y: "у", j: "ј", h: "һ", d: "ԁ", l: "ӏ" },
  ...{ A: "А", B: "В", C: "С", E: "Е", H: "Н", I: "І", K: "К", M: "М", O: "О", P: "Р", S: "Ѕ", T: "Т", X: "Х" },
};

/** One edit each, at a place drawn from `random`; undefined where the word has no such place. */
export const edits: Readonly<Record<string, (word: string, random: HostRandom) => string | undefined>> = {
  /** Exchanges two neighbouring letters inside, so that the word still reads. */
  swap(word, random) {
    const places = [...word].flatMap((_, i) => (i > 0 && i + 2 < word.length && word[i] !== word[i + 1] ? [i] : []));
    if (places.length === 0) return undefined;
    const i = places[random.integer(places.length, 0)]!;
    return word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2);
  },
  homoglyph(word, random) {
    const places = [...word].flatMap((letter, i) => (Object.hasOwn(homoglyphs, letter) ? [i] : []));
    if (places.length === 0) return undefined;
    const i = places[random.integer(places.length, 1)]!;
    return word.slice(0, i) + homoglyphs[word[i]!]! + word.slice(i + 1);
  },
  space(word, random) {
    const i = 1 + random.integer(word.length - 1, 2);
    return `${word.slice(0, i)} ${word.slice(i)}`;
  },
};

/**
 * Typing errors, letters of another alphabet and spaces inside words, in the words that a gradient says the verdict hangs
 * on most: the network chooses between the three kinds. Source of the idea: Gao et al. 2018 (DeepWordBug).
 */
export async function characters(context: AttackContext, targets: readonly Target[]): Promise<Attacked[]> {
  let best: Attacked[] = targets.map(({ text, logOdds }) => ({ text, logOdds, queries: 1 }));
  let done = targets.map(() => new Map<number, string>());
  for (let round = 0; round < ROUNDS; round++) {
    const tried = targets.map((target, i) => {
      const words = wordsToEdit(target, round);
      const random = drawsFor(context, `characters ${round}`, i);
      return Object.values(edits).map((edit) => {
        const replacements = new Map(done[i]!);
        for (const index of words) {
          const edited = edit(target.words[index]!.text, random);
          if (edited !== undefined) replacements.set(index, edited);
        }
        return replacements;
      });
    });
    const texts = tried.map((each, i) => each.map((replacements) => replaceWords(targets[i]!, replacements)));
    best = await keepBest(context, best, texts);
    done = done.map((before, i) => tried[i]![texts[i]!.indexOf(best[i]!.text)] ?? before);
  }
  return best;
}

/** The words of this round: those with letters whose masking would lower the log-odds most. */
function wordsToEdit({ words }: Target, round: number): number[] {
  const perRound = Math.ceil((BUDGET * words.length) / ROUNDS);
  return words
    .flatMap(({ text }, index) => (/^\p{L}{3,}$/u.test(text) ? [index] : []))
    .sort((a, b) => words[a]!.masked - words[b]!.masked)
    .slice(round * perRound, (round + 1) * perRound);
}
