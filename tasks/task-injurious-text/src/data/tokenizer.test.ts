import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { tinyTokenizer } from "../testing/tiny-tokenizer.ts";
import { loadTokenizer } from "./tokenizer.ts";

const tiny = () => loadTokenizer(join(folderWith({ "tokenizer.json": tinyTokenizer }), "tokenizer.json"));
const tokensOf = async (text: string, longest = 50) => {
  const tokenizer = tiny();
  const [encoding] = await tokenizer.encode([text], longest);
  return { ...encoding!, tokens: encoding!.ids.map((id) => tokenizer.vocabulary[id]) };
};

test("encodes between [CLS] and [SEP], and knows where each word stands in the text and among the tokens", async () => {
  const text = "😀 Kind é cab!";
  const { tokens, words, cut } = await tokensOf(text);
  expect(tokens).toEqual(["[CLS]", "[UNK]", "kind", "e", "c", "##a", "##b", "!", "[SEP]"]);
  expect(words.map(({ start, end }) => text.slice(start, end))).toEqual(["😀", "Kind", "é", "cab", "!"]);
  expect(words.map(({ firstToken, endToken }) => tokens.slice(firstToken, endToken))).toEqual([
    ["[UNK]"],
    ["kind"],
    ["e"],
    ["c", "##a", "##b"],
    ["!"],
  ]);
  expect(cut).toBe(false);
});

test("cuts behind the last word that fits", async () => {
  const { tokens, words, cut } = await tokensOf("kind cab garden", 6);
  expect(tokens).toEqual(["[CLS]", "kind", "c", "##a", "##b", "[SEP]"]);
  expect(words).toHaveLength(2);
  expect(cut).toBe(true);
  expect((await tokensOf("kind cab garden", 5)).tokens).toEqual(["[CLS]", "kind", "[SEP]"]);
});

test("cuts inside a first word that does not fit, and encodes what has no tokens", async () => {
  expect((await tokensOf("abcdefgh", 5)).tokens).toEqual(["[CLS]", "a", "##b", "##c", "[SEP]"]);
  expect((await tokensOf(" \u0000 ")).tokens).toEqual(["[CLS]", "[SEP]"]);
});

test("names a file that is no tokenizer", () => {
  const path = join(folderWith({ "tokenizer.json": "{}" }), "tokenizer.json");
  expect(() => loadTokenizer(path)).toThrow(/tokenizer\.json: not a usable tokenizer\.json/);
});
