import type { Conversation } from "./conversation.ts";
import { special, type Tokenizer } from "./tokenizer.ts";

/**
 * Token ids of conversations: `<bos> <user> prompt <assistant> response … <eos>`. The loss is on all of them, as in the
 * authors' code.
 */
export async function encodeConversations(
  conversations: readonly Conversation[],
  tokenizer: Tokenizer,
): Promise<number[][]> {
  const texts = await tokenizer.encode(conversations.flatMap((turns) => turns.map((turn) => turn.text)));
  let next = 0;
  return conversations.map((turns) => [
    special.bos,
    ...turns.flatMap(({ role }) => [special[role], ...texts[next++]!]),
    special.eos,
  ]);
}

/**
 * Token ids up to where the assistant's answer begins, which a network then continues: the conversation without its
 * last turn, then `<assistant>`.
 */
export async function encodePrompts(conversations: readonly Conversation[], tokenizer: Tokenizer): Promise<number[][]> {
  const prompts = await encodeConversations(
    conversations.map((turns) => turns.slice(0, -1)),
    tokenizer,
  );
  return prompts.map((ids) => [...ids.slice(0, -1), special.assistant]);
}

/** Whether any of the last answer is among the first `longest` of these ids. */
export function readsAnswer(ids: readonly number[], longest: number): boolean {
  return ids.lastIndexOf(special.assistant) < longest - 1;
}

/** The conversation of these ids: what `encodeConversations` made of it, or as far as it goes. */
export function decodeConversation(ids: readonly number[], tokenizer: Tokenizer): Conversation {
  const end = ids.indexOf(special.eos);
  const tokens = end === -1 ? ids : ids.slice(0, end);
  const starts = [...tokens.keys()].filter((i) => tokens[i] === special.user || tokens[i] === special.assistant);
  return starts.map((start, k) => ({
    role: tokens[start] === special.user ? "user" : "assistant",
    text: tokenizer.decode(tokens.slice(start + 1, starts[k + 1])),
  }));
}
