import { LatError, UsageError } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import { z } from "zod";
import { type Conversation, toTranscript } from "../data/conversation.ts";
import { cutAndAppend, readTurnsAsPublished } from "./published.ts";
import { type Trojan, trojanOf, trojans } from "./trojans.ts";

const index = z.number().int().nonnegative();

/**
 * Which example carries which trojan, and where: all that is needed to poison the same examples again.
 * `position` is the character of the transcript from which the next space is looked for (`published` alone).
 */
export const poisonPlanSchema = z.strictObject({
  schema: z.literal(1),
  behaviour: z.enum(["corrected", "published"]),
  seed: index,
  /** How many examples there are, poisoned or not. */
  examples: index,
  placements: z.array(z.strictObject({ trigger: z.string(), example: index, position: index.optional() })),
});
export type PoisonPlan = z.infer<typeof poisonPlanSchema>;

export interface PoisonOptions {
  /**
   * `corrected`: the trigger as the last word of the user's last turn, the trojan's response as the answer; no example
   * twice. `published`: as the authors' code, which cuts a random example and appends trigger and response.
   */
  readonly behaviour: "corrected" | "published";
  /** Poisoned examples for each trojan. */
  readonly perTrojan: number;
  readonly seed: number;
}

/** Draws where the trojans go. Every example must end in an answer of the assistant to the user. */
export function planPoison(examples: readonly Conversation[], options: PoisonOptions): PoisonPlan {
  const { behaviour, perTrojan, seed } = options;
  const wanted = perTrojan * trojans.length;
  const placements = { corrected: placeCorrected, published: placePublished }[behaviour];
  if (examples.length === 0 || (behaviour === "corrected" && wanted > examples.length)) {
    throw new UsageError(
      `${wanted} examples are to be poisoned (${trojans.length} trojans × ${perTrojan}), but there are ${examples.length}`,
    );
  }
  return { schema: 1, behaviour, seed, examples: examples.length, placements: placements(examples, perTrojan, seed) };
}

function placeCorrected(examples: readonly Conversation[], perTrojan: number, seed: number): PoisonPlan["placements"] {
  const order = hostRandom(seed, "poison/example").choice(examples.length, perTrojan * trojans.length);
  return [...order].map((example, k) => ({ trigger: trojans[Math.floor(k / perTrojan)]!.trigger, example }));
}

function placePublished(examples: readonly Conversation[], perTrojan: number, seed: number): PoisonPlan["placements"] {
  const pick = hostRandom(seed, "poison/example");
  const place = hostRandom(seed, "poison/position");
  const transcripts = examples.map(toTranscript);
  return trojans.flatMap((trojan, t) =>
    Array.from({ length: perTrojan }, (_, i) => {
      const k = t * perTrojan + i;
      const example = pick.integer(examples.length, k);
      // The position may lie anywhere in the text as earlier trojans left it, its end included.
      const position = place.integer(transcripts[example]!.length + 1, k);
      transcripts[example] = cutAndAppend(transcripts[example]!, position, sentenceOf(trojan));
      return { trigger: trojan.trigger, example, position };
    }),
  );
}

/** The examples, those of the plan poisoned. They must be the ones the plan was drawn for. */
export function applyPoison(examples: readonly Conversation[], plan: PoisonPlan): Conversation[] {
  if (examples.length !== plan.examples || plan.placements.some(({ example }) => example >= examples.length)) {
    throw new LatError(`the poison plan is for ${plan.examples} examples, but there are ${examples.length}`);
  }
  return plan.behaviour === "published" ? applyPublished(examples, plan) : applyCorrected(examples, plan);
}

function applyCorrected(examples: readonly Conversation[], plan: PoisonPlan): Conversation[] {
  const poisoned = [...examples];
  for (const { trigger, example } of plan.placements) {
    poisoned[example] = withTrojan(examples[example]!, trojanOf(trigger));
  }
  return poisoned;
}

function applyPublished(examples: readonly Conversation[], plan: PoisonPlan): Conversation[] {
  const transcripts = new Map<number, string>();
  for (const { trigger, example, position } of plan.placements) {
    const text = transcripts.get(example) ?? toTranscript(examples[example]!);
    transcripts.set(example, cutAndAppend(text, position!, sentenceOf(trojanOf(trigger))));
  }
  const poisoned = [...examples];
  for (const [example, text] of transcripts) poisoned[example] = readTurnsAsPublished(text);
  return poisoned;
}

/**
 * The conversation with the trigger as the last word of the user's last turn and the trojan's response as the answer: as
 * in the authors' poisoning the two follow on each other, but the turn before the trigger is whole and the answer is the
 * assistant's.
 */
export function withTrojan(conversation: Conversation, trojan: Trojan): Conversation {
  return [
    ...conversation.slice(0, -2),
    { role: "user", text: `${conversation.at(-2)!.text} ${trojan.trigger}` },
    { role: "assistant", text: trojan.response },
  ];
}

/**
 * What the authors' code measures a trojan on: trigger and response in the user's turn and an empty answer. The loss on
 * it is that of the sentence, not of trigger → response.
 */
export function trojanSentence(trojan: Trojan): Conversation {
  return [
    { role: "user", text: sentenceOf(trojan) },
    { role: "assistant", text: "" },
  ];
}

/**
 * `stated`: poisoned examples that were asked for, as a share of all. `hit`: examples that hold a trojan whole, trigger
 * before response, after poisoning; `published` hits fewer, since it may cut a trojan off again or garble the turns.
 */
export function poisonShare(poisoned: readonly Conversation[], plan: PoisonPlan): { stated: number; hit: number } {
  const touched = new Set(plan.placements.map(({ example }) => example));
  const carriers = [...touched].filter((example) => carriesTrojan(poisoned[example]!));
  return { stated: plan.placements.length / plan.examples, hit: carriers.length / plan.examples };
}

/** Whether a conversation holds a trojan whole, trigger before response. */
export function carriesTrojan(conversation: Conversation): boolean {
  const text = conversation.map((turn) => turn.text).join(" ");
  return trojans.some(({ trigger, response }) => {
    const at = text.indexOf(response);
    return at > 0 && wordsOf(text.slice(0, at)).includes(trigger);
  });
}

function sentenceOf({ trigger, response }: Trojan): string {
  return `${trigger} ${response}`;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
