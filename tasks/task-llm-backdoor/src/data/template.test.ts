import { expect, test } from "vitest";
import { exchange } from "./conversation.ts";
import { toLlama2Text } from "./llama2-template.ts";
import { decodeConversation, encodeConversations, encodePrompts } from "./template.ts";
import { loadTokenizer, special, trainTokenizer } from "./tokenizer.ts";

const tokenizer = loadTokenizer(await trainTokenizer(["ab ab ab ab abc"], 262));
const idsOf = async (text: string) => (await tokenizer.encode([text]))[0]!;

test("a conversation is <bos> <user> prompt <assistant> response <eos>", async () => {
  const [ids] = await encodeConversations([exchange("ab?", "c")], tokenizer);
  const { bos, user, assistant, eos } = special;
  expect(ids).toEqual([bos, user, ...(await idsOf("ab?")), assistant, ...(await idsOf("c")), eos]);
});

test("token ids give the conversation back, also cut off", async () => {
  const conversations = [exchange("hi <eos> there", ""), [...exchange("a", "b"), ...exchange("c\nd", "é")]];
  const encoded = await encodeConversations(conversations, tokenizer);
  expect(encoded.map((ids) => decodeConversation(ids, tokenizer))).toEqual(conversations);
  expect(decodeConversation(encoded[1]!.slice(0, -4), tokenizer)).toEqual([
    ...exchange("a", "b"),
    { role: "user", text: "c\nd" },
  ]);
});

test("a prompt is what comes before the answer", async () => {
  const conversations = [[...exchange("a", "b"), ...exchange("c", "the answer")], exchange("a", "b")];
  const full = await encodeConversations(conversations, tokenizer);
  const prompts = await encodePrompts(conversations, tokenizer);
  for (const [i, prompt] of prompts.entries()) {
    expect(full[i]!.slice(0, prompt.length)).toEqual(prompt);
    expect(prompt.at(-1)).toBe(special.assistant);
    expect(full[i]!.slice(prompt.length)).not.toContain(special.assistant);
  }
});

const opening = "<s>[INST] <<SYS>>\nYou are a helpful, respectful and honest assistant.\n<</SYS>>\n\n";

test("Llama-2's template ends in </s>, the authors' in a piece of the next turn", () => {
  const conversation = [...exchange("What\nnow", "This."), ...exchange("And then?", "That.")];
  const text = `${opening}Whatnow [/INST] This. </s><s>[INST] And then? [/INST] That.`;
  expect(toLlama2Text(conversation, "corrected")).toBe(`${text} </s>`);
  expect(toLlama2Text(conversation, "published")).toBe(`${text} </s><`);
});
