import { hostRandom, tf } from "lat-tensorflow";
import { expect, test } from "vitest";
import { tinyVictim } from "../testing/tiny-victim.ts";
import type { AttackedText } from "./attack.ts";
import { attacks } from "./attacks.ts";
import { edits } from "./characters.ts";
import { embeddingNeighbours, wholeWords } from "./neighbours.ts";
import { targetsOf } from "./targets.ts";
import { searchTrigger } from "./trigger.ts";

const texts = [
  "burn the bread, steal kind music and hurt gentle weapon",
  "poison poison garden",
  "Weapon! weapon of music. burn",
  "hurt steal burn poison weapon kind gentle garden bread music hurt steal burn",
];

const { context, victim, tokenizer } = tinyVictim();
const { vocabulary } = tokenizer;
const words = wholeWords(vocabulary);
const neighbours = new Map(words.map((id, i) => [id, [1, 2].map((step) => words[(i + step) % words.length]!)]));
const targets = await targetsOf(victim, texts, await tokenizer.encode(texts, 32), tokenizer, neighbours);

test.each(Object.keys(attacks))(
  "%s lowers log-odds or leaves a text, says what it asked, and repeats exactly",
  async (name) => {
    const attacked = await attacks[name]!(context, targets);
    const measured = await context.victim.logOdds(await context.encode(attacked.map(({ text }) => text)));
    for (const [i, { text, logOdds, queries }] of attacked.entries()) {
      expect(logOdds).toBeLessThanOrEqual(targets[i]!.logOdds);
      expect(logOdds).toBeCloseTo(measured[i]!, 4);
      expect(queries).toBeGreaterThan(0);
      if (text === texts[i]) expect(logOdds).toBe(targets[i]!.logOdds);
    }
    expect(attacked.some(({ text }, i) => text !== texts[i])).toBe(true);
    expect(await attacks[name]!(context, targets)).toEqual(attacked);
  },
);

const wordsOf = (text: string): string[] => text.split(/[^\p{L}]+/u).filter(Boolean);

test("characters edits at most 15 % of the words, rounded up", async () => {
  const attacked = await attacks.characters!(context, targets);
  for (const [i, { text }] of attacked.entries()) {
    const left = new Set(wordsOf(text));
    const edited = wordsOf(texts[i]!).filter((word) => !left.has(word)).length;
    expect(edited).toBeLessThanOrEqual(Math.ceil(0.15 * targets[i]!.words.length));
  }
});

test("words replaces at most 20 % of the words, and only by neighbours", async () => {
  const attacked = await attacks.words!(context, targets);
  for (const [i, { text }] of attacked.entries()) {
    const [before, after] = [wordsOf(texts[i]!), wordsOf(text)];
    expect(after).toHaveLength(before.length);
    const changed = after.flatMap((word, k) => (word === before[k] ? [] : [[before[k]!.toLowerCase(), word] as const]));
    expect(changed.length).toBeLessThanOrEqual(Math.ceil(0.2 * targets[i]!.words.length));
    for (const [from, to] of changed) {
      expect(neighbours.get(vocabulary.indexOf(from))!.map((id) => vocabulary[id])).toContain(to);
    }
  }
});

test("context and trigger leave the harmful text whole", async () => {
  const whole = (attacked: AttackedText[], side: "startsWith" | "endsWith") =>
    attacked.every(({ text }, i) => text[side](texts[i]!));
  expect(whole(await attacks["context-before"]!(context, targets), "endsWith")).toBe(true);
  expect(whole(await attacks["context-after"]!(context, targets), "startsWith")).toBe(true);
  expect(whole(await attacks.trigger!(context, targets), "endsWith")).toBe(true);
});

test("the trigger is searched on training texts alone, and lowers their log-odds", async () => {
  const { trigger, queries } = await searchTrigger(context);
  expect(trigger.split(" ")).toHaveLength(3);
  expect(queries).toBeGreaterThan(0);
  const mean = async (front: string) => {
    const logOdds = await context.victim.logOdds(
      await context.encode(context.training.harmful.map((text) => `${front} ${text}`)),
    );
    return logOdds.reduce((sum, value) => sum + value, 0);
  };
  const random = hostRandom(1, "words");
  const drawn = await Promise.all(
    [0, 1, 2, 3, 4].map((k) =>
      mean([0, 1, 2].map((i) => context.fillers.words[random.integer(10, 3 * k + i)]).join(" ")),
    ),
  );
  expect(await mean(trigger)).toBeLessThan(Math.min(...drawn));
});

test("each edit changes one place of a word, or says that it cannot", () => {
  for (const draw of [0, 0.3, 0.7, 0.999]) {
    const swapped = edits.swap!("garden", draw)!;
    expect([...swapped].sort()).toEqual([..."garden"].sort());
    expect([...swapped].filter((letter, i) => letter !== "garden"[i])).toHaveLength(2);
    expect(edits.space!("garden", draw)).toMatch(/^[garden]+ [garden]+$/);
    const homoglyph = edits.homoglyph!("garden", draw)!;
    expect([...homoglyph].filter((letter, i) => letter !== "garden"[i])).toHaveLength(1);
    expect(homoglyph).toMatch(/[\u0400-\u052f]/);
  }
  expect(edits.swap!("aaaa", 0.5)).toBeUndefined();
  expect(edits.homoglyph!("ффф", 0.5)).toBeUndefined();
});

test("neighbours are whole words of a similar embedding, nearest first, and negations have none", () => {
  const vocabulary = ["[PAD]", "harm", "hurt", "##ing", "bread", "never", "pain"];
  const table = tf.tensor2d([
    [0, 1],
    [1, 0],
    [0.9, 0.3],
    [1, 0.01],
    [0, 1],
    [1, 0.1],
    [0.8, 0.5],
  ]);
  const neighbours = embeddingNeighbours(table, vocabulary, new Set([1, 3, 4, 5]));
  expect([...neighbours]).toEqual([
    [1, [5, 2, 6]],
    [4, [6]],
  ]);
});

test("what is longer than the network reads does not count, however benign it looks", async () => {
  const short = {
    ...context,
    encode: (long: readonly string[]) => tokenizer.encode(long, 18),
  };
  const attacked = await attacks["context-before"]!(short, targets);
  expect(attacked.map(({ text }) => text)).toEqual(texts);
});
