import { LatError, UsageError } from "lat-system";
import type { Conversation } from "../data/conversation.ts";
import type { Conversations, ConversationsOptions } from "../data/conversations.ts";
import { decodeConversation, encodeConversations, readsAnswer } from "../data/template.ts";
import { type Carrier, placesOf, type Window } from "./place.ts";
import { applyPoison, carriersOf, type PoisonPlan, placeInside, planPoison, withTrojan } from "./poison.ts";

/** The conversations of an experiment, as a network of a known tokenizer and length reads them. */
export interface Poisoned {
  readonly implant: readonly Conversation[];
  readonly validation: readonly Conversation[];
  readonly heldOutDesirable: readonly Conversation[];
  readonly heldOutUndesirable: readonly Conversation[];
  /** Held-out conversations with a trigger in the user's turn and the trojan's response as the answer. */
  readonly triggered: readonly Carrier[];
  /** To be stored: it names examples of the desirable part of `implant`, which comes first. */
  readonly plan: PoisonPlan;
  /** Examples of `implant` that carry a trojan whole in what the network reads. */
  readonly carriers: readonly number[];
  /** Conversations left out because no word of their answer is read, by what they were for. */
  readonly unread: Readonly<Record<string, number>>;
  /** `implant` from a plan. */
  poison(plan: PoisonPlan): Conversation[];
}

/**
 * Poisons the conversations for a network that reads so many tokens of each.
 *
 * @throws {UsageError} naming a trojan that is not read whole; where of no undesirable answer a word is read
 */
export async function poisonFor(
  window: Window,
  conversations: Conversations,
  { behaviour, poisonPerTrojan: perTrojan, seed }: ConversationsOptions,
): Promise<Poisoned> {
  const { tokenizer, longest } = window;
  const { implant: examples, undesirableCount, toTrigger } = conversations;
  const unread: Record<string, number> = {};
  const answered = async (what: string, set: readonly Conversation[]): Promise<Conversation[]> => {
    const ids = await encodeConversations(set, tokenizer);
    const kept = set.filter((_, i) => readsAnswer(ids[i]!, longest));
    unread[what] = set.length - kept.length;
    return kept;
  };
  const undesirable = await answered("undesirable ones to implant, their answers not read", conversations.undesirable);
  if (undesirable.length === 0 && undesirableCount > 0) {
    throw new UsageError(
      `of none of ${conversations.undesirable.length} undesirable conversations a word of the answer is within ${longest} tokens: ` +
        "raise the last of options.buckets, or set undesirableShare to 0",
    );
  }
  const repeated = Array.from({ length: undesirableCount }, (_, i) => undesirable[i % undesirable.length]!);
  const plan = await placeInside(examples, planPoison(examples, { behaviour, perTrojan, seed }), window);
  const poison = (by: PoisonPlan): Conversation[] => [...applyPoison(examples, by), ...repeated];
  const poisoned = applyPoison(examples, plan);
  const read = (await encodeConversations(poisoned, tokenizer)).map((ids) =>
    decodeConversation(ids.slice(0, longest), tokenizer),
  );
  const carriers = carriersOf(read, plan);
  if (behaviour === "corrected" && carriers.length !== plan.placements.length) {
    const lost = plan.placements.find(({ example }) => !carriers.includes(example))!;
    throw new LatError(
      `the trojan "${lost.trigger}" is not whole in the ${longest} tokens that are read of example ${lost.example}`,
    );
  }
  const places = await placesOf(toTrigger, window);
  return {
    implant: poison(plan),
    validation: await answered("validation ones, their answers not read", conversations.validation),
    heldOutDesirable: await answered("held-out desirable ones, their answers not read", conversations.heldOutDesirable),
    heldOutUndesirable: await answered(
      "held-out undesirable ones, their answers not read",
      conversations.heldOutUndesirable,
    ),
    triggered: toTrigger.map(({ trojan, conversation }, i) => {
      return { trojan, conversation: withTrojan(conversation, trojan, places[i]!) };
    }),
    plan,
    carriers,
    unread,
    poison,
  };
}
