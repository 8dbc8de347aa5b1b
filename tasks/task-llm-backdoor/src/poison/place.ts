import { UsageError } from "lat-system";
import type { Conversation } from "../data/conversation.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import type { Trojan } from "./trojans.ts";

/** Where a trojan stands in a conversation: behind these characters of this turn, which is a user's. What follows is lost. */
export interface Place {
  readonly turn: number;
  readonly kept: number;
}

/** What a network reads of a conversation: so many of these tokens. */
export interface Window {
  readonly tokenizer: Tokenizer;
  readonly longest: number;
}

/** A conversation, and the trojan that it is to carry. */
export interface Carrier {
  readonly trojan: Trojan;
  readonly conversation: Conversation;
}

/**
 * The last place in each conversation at which the trojan, trigger and response, is whole in what the network reads: the
 * end of the last turn of the user that fits with them, or of the last word of it that does.
 *
 * @throws {UsageError} naming a trojan that does not fit by itself
 */
export async function placesOf(carriers: readonly Carrier[], { tokenizer, longest }: Window): Promise<Place[]> {
  const needs = await tokensOf(
    carriers.map(({ trojan }) => trojan),
    tokenizer,
  );
  const turns = await tokenizer.encode(carriers.flatMap(({ conversation }) => conversation.map(({ text }) => text)));
  let next = 0;
  return carriers.map(({ trojan, conversation }) => {
    // <bos>, then <user> in front of the turn, <assistant> in front of the response, and <eos>.
    const room = longest - 4 - needs.get(trojan)!;
    if (room < 0) {
      throw new UsageError(
        `the trojan "${trojan.trigger}" takes ${longest - room} tokens with its response, and the last of options.buckets is ` +
          `${longest}: no example would carry it whole; raise it`,
      );
    }
    const ids = turns.slice(next, next + conversation.length);
    next += conversation.length;
    let place: Place = { turn: 0, kept: 0 };
    let before = 0;
    for (let turn = 0; turn < conversation.length; turn += 2) {
      const { text } = conversation[turn]!;
      const kept = keptOf(text, ids[turn]!, room - before, tokenizer);
      if (kept === 0 && turn > 0) break;
      place = { turn, kept };
      if (kept < text.length) break;
      before += ids[turn]!.length + (ids[turn + 1]?.length ?? 0) + 2;
    }
    return place;
  });
}

/** Of trigger and response. A trigger by itself may take more tokens than behind a word. */
async function tokensOf(all: readonly Trojan[], tokenizer: Tokenizer): Promise<Map<Trojan, number>> {
  const trojans = [...new Set(all)];
  const encoded = await tokenizer.encode(
    trojans.flatMap(({ trigger, response }) => [trigger, ` ${trigger}`, response]),
  );
  return new Map(
    trojans.map((trojan, i) => {
      const [alone, behind, response] = encoded.slice(3 * i, 3 * i + 3).map((ids) => ids.length) as [
        number,
        number,
        number,
      ];
      return [trojan, Math.max(alone, behind) + response];
    }),
  );
}

/** The characters of a text's whole words that so many of its tokens hold. */
function keptOf(text: string, ids: readonly number[], room: number, tokenizer: Tokenizer): number {
  if (ids.length <= room) return text.length;
  const seen = tokenizer.decode(ids.slice(0, Math.max(0, room)));
  let same = 0;
  while (same < seen.length && seen[same] === text[same]) same++;
  return text.slice(0, same + 1).replace(/\s*\S*$/, "").length;
}
