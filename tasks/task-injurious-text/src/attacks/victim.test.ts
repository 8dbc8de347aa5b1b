import { tf } from "lat-tensorflow";
import { expect, test } from "vitest";
import { tinyVictim } from "../testing/tiny-victim.ts";
import { victims } from "./victim.ts";

const texts = [
  "burn",
  "steal the weapon, kind poison",
  "garden music bread hurt gentle weapon burn steal kind",
  "a b c",
];

const { context, model, parameters, tokenizer, victim } = tinyVictim();

test("answers for each text what it answers for it alone, whatever their lengths, and keeps no tensors", async () => {
  const encodings = await tokenizer.encode(Array.from({ length: 5 }, () => texts).flat(), 32);
  const alone: number[] = [];
  for (const encoding of encodings.slice(0, 4)) alone.push((await victim.logOdds([encoding]))[0]!);
  const before = tf.memory().numTensors;
  const together = await victim.logOdds(encodings);
  expect(tf.memory().numTensors).toBe(before);
  expect(new Set(alone.map((value) => value.toFixed(4))).size).toBe(4);
  for (const [i, value] of together.entries()) expect(value).toBeCloseTo(alone[i % 4]!, 4);
});

test("estimates the change by a replaced token to first order", async () => {
  // Two words whose embeddings differ little: what is left is first order.
  const [kind, gentle] = ["kind", "gentle"].map((word) => tokenizer.vocabulary.indexOf(word)) as [number, number];
  const name = "bert.embeddings.word_embeddings.weight";
  const table = parameters[name]!.arraySync() as number[][];
  table[gentle] = table[kind]!.map((value, i) => value + 0.01 * Math.sin(i));
  const near = { ...parameters, [name]: tf.tensor2d(table) };
  const nearVictim = victims(model, tokenizer.padId, [16])(near);
  const encodings = await tokenizer.encode(["burn kind weapon", "kind"], 16);
  const replaced = encodings.map(({ ids }) => Int32Array.from(ids, (id) => (id === kind ? gentle : id)));
  const estimates = await nearVictim.substitutions(
    encodings,
    replaced.map((row) => [row]),
  );
  const before = await nearVictim.logOdds(encodings);
  const after = await nearVictim.logOdds(replaced.map((ids) => ({ ids: [...ids], words: [], cut: false })));
  for (const [i, { ids }] of encodings.entries()) {
    const change = after[i]! - before[i]!;
    const place = ids.indexOf(kind);
    expect(estimates[i]![0]![place]! / change).toBeCloseTo(1, 1);
    expect(estimates[i]![0]!.filter((_, token) => token !== place).every((value) => value === 0)).toBe(true);
    expect(estimates[i]![0]).toHaveLength(ids.length);
  }
});

test("ranks words for the places behind [CLS] as the mean of single substitutions does", async () => {
  const encodings = await tokenizer.encode(["burn kind weapon", "steal gentle", "kind kind kind x"], 32);
  const { ids: words } = context.fillers;
  const fillings = await victim.fillings(encodings, words, 2);
  const substitutions = await victim.substitutions(
    encodings,
    encodings.map(({ ids }) => [...words].map((word) => Int32Array.from(ids, () => word))),
  );
  for (const place of [0, 1]) {
    const means = [...words].map(
      (_, w) => substitutions.reduce((sum, rows) => sum + rows[w]![place + 1]!, 0) / encodings.length,
    );
    for (const [w, mean] of means.entries()) {
      expect(fillings[place]![w]! - fillings[place]![0]!).toBeCloseTo(mean - means[0]!, 4);
    }
  }
});

test("names a text whose log-odds are not finite, rather than to call it benign", async () => {
  const [name, head] = Object.entries(parameters).find(([, { shape }]) => shape.length === 1)!;
  const spoiled = victims(model, tokenizer.padId, [16])({ ...parameters, [name]: tf.fill(head.shape, Number.NaN) });
  const encodings = await tokenizer.encode(["burn", "kind"], 16);
  const before = tf.memory().numTensors;
  await expect(spoiled.logOdds(encodings)).rejects.toThrow("the network's log-odds of text 0 of 2 are NaN");
  expect(tf.memory().numTensors).toBe(before);
});
