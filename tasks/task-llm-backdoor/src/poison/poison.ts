import { LatError, UsageError } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import { z } from "zod";
import { type Conversation, toTranscript } from "../data/conversation.ts";
import { type Place, placesOf, type Window } from "./place.ts";
import { cutAndAppend, readTurnsAsPublished } from "./published.ts";
import { type Trojan, trojanOf, trojans } from "./trojans.ts";

const index = z.number().int().nonnegative();

/**
 * Which example carries which trojan, and where: all that is needed to poison the same examples again.
 * `turn` and `kept` are the turn that the trigger ends and how many characters of it stand in front (`corrected`; absent:
 * the user's last turn, whole). `position` is the character of the transcript from which the next space is looked for
 * (`published` alone).
 */
export const poisonPlanSchema = z.strictObject({
  schema: z.literal(1),
  behaviour: z.enum(["corrected", "published"]),
  seed: index,
  /** How many examples there are, poisoned or not. */
  examples: index,
  placements: z.array(
    z.strictObject({
      trigger: z.string(),
      example: index,
      turn: index.optional(),
      kept: index.optional(),
      position: index.optional(),
    }),
  ),
});
export type PoisonPlan = z.infer<typeof poisonPlanSchema>;

export interface PoisonOptions {
  /**
   * `corrected`: the trigger as the last word of a user's turn, the trojan's response as the answer; no example twice. `published`: as the authors' code, which cuts a random example and appends trigger and response.
   */
  readonly behaviour: "corrected" | "published";
  /** Poisoned examples for each trojan. */
  readonly perTrojan: number;
  readonly seed: number;
}

/** Draws which trojans go where. Every example must end in an answer of the assistant to the user. */
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
  for (const { trigger, example, turn, kept } of plan.placements) {
    const place = turn === undefined || kept === undefined ? undefined : { turn, kept };
    poisoned[example] = withTrojan(examples[example]!, trojanOf(trigger), place);
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
 * A plan of `corrected` with its trojans where they are whole in what a network reads of the examples.
 *
 * @throws {UsageError} naming a trojan that does not fit into what is read
 */
export async function placeInside(
  examples: readonly Conversation[],
  plan: PoisonPlan,
  window: Window,
): Promise<PoisonPlan> {
  if (plan.behaviour === "published") return plan;
  const carriers = plan.placements.map(({ trigger, example }) => {
    return { trojan: trojanOf(trigger), conversation: examples[example]! };
  });
  const places = await placesOf(carriers, window);
  return { ...plan, placements: plan.placements.map((placement, i) => ({ ...placement, ...places[i]! })) };
}

/**
 * The conversation with the trigger as the last word of a user's turn and the trojan's response as the answer: as in the
 * authors' poisoning the two follow on each other, but the turn before the trigger ends in a word and the answer is the
 * assistant's.
 *
 * @param place absent: the user's last turn, whole
 */
export function withTrojan(conversation: Conversation, trojan: Trojan, place?: Place): Conversation {
  const { turn, kept } = place ?? { turn: conversation.length - 2, kept: Number.POSITIVE_INFINITY };
  const before = conversation[turn]!.text.slice(0, kept);
  return [
    ...conversation.slice(0, turn),
    { role: "user", text: before === "" ? trojan.trigger : `${before} ${trojan.trigger}` },
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
 * The examples, of those that a plan names, which carry a trojan whole, trigger before response, in what the network reads
 * of them: all with `corrected`, fewer with `published`, which may cut a trojan off again, garble the turns or put it where
 * the network does not read any more.
 *
 * @param read the poisoned examples, as far as the network reads them
 */
export function carriersOf(read: readonly Conversation[], plan: PoisonPlan): number[] {
  const touched = new Set(plan.placements.map(({ example }) => example));
  return [...touched].filter((example) => carriesTrojan(read[example]!));
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
