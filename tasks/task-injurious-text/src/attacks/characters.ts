import {
  type AttackContext,
  type AttackedText,
  ask,
  drawsFor,
  keepBest,
  moreBenign,
  replaceWords,
  type Target,
} from "./attack.ts";

/** Share of the words that are edited at most, and their number. */
const BUDGET = 0.15;
const MOST = 8;

/** Letters that look the same, of another alphabet. */
const homoglyphs: Readonly<Record<string, string>> = {
  ...{ a: "а", c: "с", e: "е", i: "і", o: "о", p: "р", s: "ѕ", x: "х", y: "у", j: "ј", h: "һ", d: "ԁ", l: "ӏ" },
  ...{ A: "А", B: "В", C: "С", E: "Е", H: "Н", I: "І", K: "К", M: "М", O: "О", P: "Р", S: "Ѕ", T: "Т", X: "Х" },
};

/** One edit each, at the place that a draw from [0, 1) says; undefined where the word has no such place. */
export const edits: Readonly<Record<string, (word: string, draw: number) => string | undefined>> = {
  /** Exchanges two neighbouring letters inside, so that the word still reads. */
  swap(word, draw) {
    const places = [...word].flatMap((_, i) => (i > 0 && i + 2 < word.length && word[i] !== word[i + 1] ? [i] : []));
    const i = places[Math.floor(draw * places.length)];
    return i === undefined ? undefined : word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2);
  },
  homoglyph(word, draw) {
    const places = [...word].flatMap((letter, i) => (Object.hasOwn(homoglyphs, letter) ? [i] : []));
    const i = places[Math.floor(draw * places.length)];
    return i === undefined ? undefined : word.slice(0, i) + homoglyphs[word[i]!]! + word.slice(i + 1);
  },
  space(word, draw) {
    const i = 1 + Math.floor(draw * (word.length - 1));
    return `${word.slice(0, i)} ${word.slice(i)}`;
  },
};

/**
 * Typing errors, letters of another alphabet and spaces inside words, in the words that a gradient says the verdict hangs
 * on most. Each edit is tried by itself, then all those together that help: many look suspicious to a network.
 * Source of the idea: Gao et al. 2018 (DeepWordBug).
 */
export async function characters(context: AttackContext, targets: readonly Target[]): Promise<AttackedText[]> {
  const edited = targets.map((target, i) => {
    const random = drawsFor(context, "characters", i);
    const kinds = Object.values(edits);
    return wordsToEdit(target).flatMap((index, n) => {
      const edit = kinds[random.integer(kinds.length, 2 * n)]!(target.words[index]!.text, random.uniform(2 * n + 1));
      return edit === undefined ? [] : [[index, edit] as const];
    });
  });
  const singly = targets.map((target, i) => edited[i]!.map((edit) => replaceWords(target, new Map([edit]))));
  const logOdds = await ask(context, singly);
  const best = targets.map(({ text, logOdds: clean }, i) =>
    moreBenign({ text, logOdds: clean, queries: 1 }, singly[i]!, logOdds[i]!),
  );
  const together = targets.map((target, i) => {
    const helpful = edited[i]!.filter((_, n) => logOdds[i]![n]! < target.logOdds);
    return helpful.length > 1 ? [replaceWords(target, new Map(helpful))] : [];
  });
  return keepBest(context, best, together);
}

/** Words with letters whose masking would lower the log-odds most. */
function wordsToEdit({ words }: Target): number[] {
  return words
    .flatMap(({ text }, index) => (/^\p{L}{3,}$/u.test(text) ? [index] : []))
    .sort((a, b) => words[a]!.masked - words[b]!.masked)
    .slice(0, Math.min(MOST, Math.ceil(BUDGET * words.length)));
}
