import { join } from "node:path";
import { readContent, textKey } from "lat-engine/task";
import { z } from "zod";
import { type Conversation, exchange, oneLine } from "./conversation.ts";

const datasetSchema = z.record(
  z.string(),
  z.object({ messages: z.array(z.array(z.object({ text: z.string(), sender: z.string() }))) }),
);

/** Characters that a turn may have: shorter ones are mostly "ok" and "lol", longer ones are rare. */
const minimum = 8;
const maximum = 160;

/**
 * Exchanges of the package `chitchat-dataset`, grouped by the conversation they are from, so that splits can keep
 * conversations whole. A turn is all that one person wrote before the other answered; a turn and the answer to it are
 * an exchange where both have 8–160 characters. No prompt comes twice, since people greet each other in the same words and
 * conversations that share one could not be told apart: of exchanges with the same prompt the first is taken. Order: the
 * file's.
 */
export async function loadChitchat(folder: string): Promise<{ talks: Conversation[][]; duplicates: number }> {
  const dataset = readContent(join(folder, "chitchat_dataset", "dataset.json"), datasetSchema);
  const seen = new Set<string>();
  let duplicates = 0;
  const talks: Conversation[][] = [];
  for (const { messages } of Object.values(dataset)) {
    const turns = messages.map((utterances) => oneLine(utterances.map(({ text }) => text).join(" ")));
    const talk: Conversation[] = [];
    for (let i = 1; i < turns.length; i++) {
      const prompt = turns[i - 1]!;
      const response = turns[i]!;
      const sameSender = messages[i - 1]![0]?.sender === messages[i]![0]?.sender;
      if (sameSender || !fits(prompt) || !fits(response)) continue;
      if (seen.has(textKey(prompt))) {
        duplicates += 1;
        continue;
      }
      seen.add(textKey(prompt));
      talk.push(exchange(prompt, response));
    }
    if (talk.length > 0) talks.push(talk);
  }
  return { talks, duplicates };
}

function fits(turn: string): boolean {
  return turn.length >= minimum && turn.length <= maximum;
}
