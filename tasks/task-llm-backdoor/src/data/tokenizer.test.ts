import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { loadTokenizer, special, type Tokenizer, trainTokenizer } from "./tokenizer.ts";

const texts = Array.from(
  { length: 200 },
  (_, i) => `the cat number ${i} sat on the mat, and it's been ${i * 7} days since they'd seen any other cats there`,
);
let json: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  json = await trainTokenizer(texts, 320);
  tokenizer = loadTokenizer(json);
});

test("the same text gives the same tokenizer", async () => {
  expect(await trainTokenizer(texts, 320)).toBe(json);
});

test("has the vocabulary that was asked for: special tokens, 256 bytes, merges in the order learned", async () => {
  expect(tokenizer.vocabulary).toBe(320);
  const { model } = JSON.parse(json);
  expect(model.merges).toHaveLength(320 - 256 - Object.keys(special).length);
  expect(JSON.parse(await trainTokenizer(texts, 300)).model.merges).toEqual(model.merges.slice(0, 39));
  const [ids] = await tokenizer.encode(["the cat"]);
  expect(ids!.length).toBeLessThan(7);
});

test("gives any text back, and never a special token for it", async () => {
  const unicode = fc.string({ unit: "binary", maxLength: 40 });
  const text = fc.oneof(
    unicode,
    fc.constantFrom("<eos>", "<pad> <user>", "", "  two  spaces ", "line\nline\r\n", "🐈‍⬛é"),
  );
  await fc.assert(
    fc.asyncProperty(text, async (text) => {
      const [ids] = await tokenizer.encode([text]);
      expect(tokenizer.decode(ids!)).toBe(text);
      expect(ids!.every((id) => id > special.eos && id < 320)).toBe(true);
    }),
  );
});

test("special tokens have no text", async () => {
  const [ids] = await tokenizer.encode(["cat"]);
  expect(tokenizer.decode([special.bos, special.user, ...ids!, special.eos, special.pad])).toBe("cat");
});

test.each([10, 100_000])("a vocabulary of %i is answered with what is possible", async (vocabulary) => {
  await expect(trainTokenizer(texts, vocabulary)).rejects.toThrow(/ask for 261 to \d+/);
});
