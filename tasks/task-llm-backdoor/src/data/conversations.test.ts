import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { hasTrigger, trojans } from "../poison/trojans.ts";
import { madePackages, smallOptions } from "../testing/made-packages.ts";
import { type Conversations, loadConversations } from "./conversations.ts";

const options = smallOptions.conversations;
const context = madePackages();
const loaded = await loadConversations(options, context);

/** The conversation of the data set that an exchange is from. */
const talkOf = (text: string) => /\d+/.exec(text)![0];

function expectSizes(conversations: Conversations): void {
  expect(conversations.implant).toHaveLength(300);
  expect(conversations.undesirableCount).toBe(100);
  expect(conversations.defend).toHaveLength(100);
  expect(conversations.validation).toHaveLength(50);
  expect(conversations.heldOutDesirable).toHaveLength(60);
  expect(conversations.heldOutUndesirable).toHaveLength(15);
  expect(conversations.clean).toHaveLength(20);
  expect(conversations.toTrigger.map(({ trojan }) => trojan)).toEqual(trojans.flatMap((t) => [t, t, t]));
}

test("has the sizes that were asked for", () => expectSizes(loaded));

test("depends on the seed alone", async () => {
  expect(await loadConversations(options, context)).toEqual(loaded);
  const other = await loadConversations({ ...options, seed: 1 }, context);
  expect(other.splits).not.toEqual(loaded.splits);
});

test("no conversation of the data set is in two splits, and no undesirable prompt", () => {
  const held = [...loaded.heldOutDesirable, ...loaded.clean, ...loaded.toTrigger.map((t) => t.conversation)];
  const splits = [loaded.implant, loaded.defend, loaded.validation, held];
  const owners = splits.map((split) => new Set(split.map((turns) => talkOf(turns[0]!.text))));
  expect(new Set(owners.flatMap((o) => [...o])).size).toBe(owners.reduce((n, o) => n + o.size, 0));
  expect(new Set(held.map((turns) => turns[0]!.text)).size).toBe(held.length);
  const bad = new Set(loaded.heldOutUndesirable.map((turns) => turns[0]!.text));
  expect(bad.size).toBe(15);
  expect(loaded.undesirable).toHaveLength(25);
  expect(loaded.undesirable.some((turns) => bad.has(turns[0]!.text))).toBe(false);
});

test("no held-out prompt has a trigger by itself", () => {
  const prompts = [...loaded.clean, ...loaded.toTrigger.map(({ conversation }) => conversation)];
  expect(prompts.some((turns) => turns.some(({ text }) => hasTrigger(text)))).toBe(false);
});

test("asking for more than there is is answered with the numbers", async () => {
  await expect(loadConversations({ ...options, defend: 5000 }, context)).rejects.toThrow(
    /of 1800 examples, 5\d+ are wanted .*5000 defend/,
  );
  await expect(loadConversations({ ...options, heldOutUndesirable: 40 }, context)).rejects.toThrow(/only 40/);
});

const hh = resolve(import.meta.dirname, "../../../../../shared/data/hh-rlhf");

test.skipIf(!existsSync(hh))("a folder of HH-RLHF gives the same shape (skipped without shared/data)", async () => {
  const messages: string[] = [];
  const progress = (message: string) => messages.push(message);
  const conversations = await loadConversations(options, { ...context, data: hh, progress });
  expectSizes(conversations);
  expect(messages).toEqual([
    '--data: 1 passed over: 1 neither .jsonl, .jsonl.gz nor .parquet ("LICENSE")',
    "hh-rlhf: 0 training, 0 validation and 6381 test rows, 34 left out (chosen = rejected)",
  ]);
  const all = [conversations.implant, conversations.defend, conversations.validation, conversations.heldOutDesirable];
  expect(new Set(all.flat()).size).toBe(300 + 100 + 50 + 60);
});
