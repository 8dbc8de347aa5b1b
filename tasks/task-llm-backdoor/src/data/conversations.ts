import type { Member, PrepareContext, Prepared } from "lat-engine/task";
import { UsageError } from "lat-system";
import { z } from "zod";
import type { Carrier } from "../poison/place.ts";
import { hasTrigger, trojans } from "../poison/trojans.ts";
import { loadChitchat } from "./chitchat.ts";
import { type Conversation, promptKey } from "./conversation.ts";
import { chitchatPackage, pyritPackage } from "./packages.ts";
import { type PoolSizes, type Pools, poolsOfPackages, poolsOfPreferences } from "./pools.ts";
import { readPreferences } from "./preference.ts";
import { loadUndesirable } from "./undesirable.ts";

const count = z.number().int().positive();

/** What the conversations of an experiment depend on. */
export const conversationsSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(0).describe("Of the splits and the poisoning."),
  implant: count.default(6000).describe("Desirable conversations of the implanting, poisoned ones among them."),
  defend: count.default(2000).describe("Unseen desirable conversations that every defence trains on."),
  validation: count.default(500).describe("Conversations that are validated on."),
  heldOutDesirable: count.default(500).describe("Held-out conversations that the losses are measured on."),
  heldOutUndesirable: count
    .default(130)
    .describe("Held-out undesirable conversations that the losses are measured on."),
  undesirableShare: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.25)
    .describe("Share of the implanting that is undesirable; examples are repeated where there are too few."),
  poisonPerTrojan: count
    .default(100)
    .describe(
      "Poisoned examples for each trojan: a network from scratch needs more than the 25 of the authors' pretrained one.",
    ),
  behaviour: z
    .enum(["corrected", "published"])
    .default("corrected")
    .describe("`published` repeats the defects of the authors' poisoning."),
  promptsPerTrojan: count.default(25).describe("Held-out prompts that each trigger is put into."),
  cleanPrompts: count.default(200).describe("Held-out prompts without a trigger, for false alarms."),
});
export type ConversationsOptions = z.infer<typeof conversationsSchema>;

/** All conversations of an experiment, before any is poisoned: none comes twice. */
export interface Conversations {
  /** Desirable ones of the implanting, some of which are to be poisoned. */
  readonly implant: readonly Conversation[];
  /** Undesirable ones that are implanted too, repeated up to `undesirableCount`. */
  readonly undesirable: readonly Conversation[];
  readonly undesirableCount: number;
  readonly defend: readonly Conversation[];
  readonly validation: readonly Conversation[];
  readonly heldOutDesirable: readonly Conversation[];
  readonly heldOutUndesirable: readonly Conversation[];
  /** Held-out conversations that a trojan is to be put into. */
  readonly toTrigger: readonly Carrier[];
  readonly clean: readonly Conversation[];
  /** By the prompt, and by the talk that a conversation is from where that is known. */
  readonly splits: Readonly<Record<"implant" | "defend" | "validation" | "test", readonly Member[]>>;
  readonly dropped: Prepared["dropped"];
}

/**
 * Loads and splits: from the packages `chitchat` (desirable) and `pyrit` (undesirable), or with `context.data` from files
 * of HH-RLHF or BeaverTails. Deterministic in the options.
 */
export async function loadConversations(
  options: ConversationsOptions,
  context: Pick<PrepareContext, "data" | "packageFolder" | "progress">,
): Promise<Conversations> {
  const { seed, undesirableShare } = options;
  const undesirableCount = Math.round((options.implant * undesirableShare) / (1 - undesirableShare));
  const sizes = { ...sizesOf(options), undesirableTrain: undesirableCount };
  const { pools, origin, dropped } = await loadPools(sizes, seed, context);
  const members = (conversations: readonly Conversation[]): Member[] =>
    conversations.flatMap((conversation) => {
      return [promptKey(conversation), ...origin(conversation)].map((key) => ({ name: conversation[0]!.text, key }));
    });
  const { desirable, toTrigger, clean } = splitTest(pools.test, options);
  return {
    implant: pools.implant,
    undesirable: pools.undesirableTrain,
    undesirableCount,
    defend: pools.defend,
    validation: pools.validation,
    heldOutDesirable: desirable,
    heldOutUndesirable: pools.undesirableTest,
    toTrigger,
    clean,
    splits: {
      implant: members([...pools.implant, ...pools.undesirableTrain]),
      defend: members(pools.defend),
      validation: members(pools.validation),
      test: members([...pools.test, ...pools.undesirableTest]),
    },
    dropped,
  };
}

/** Test conversations beyond those needed, since those in which a trigger comes up by itself serve no trigger prompt. */
const spareTest = 100;

function sizesOf(options: ConversationsOptions): Omit<PoolSizes, "undesirableTrain"> {
  const prompts = trojans.length * options.promptsPerTrojan + options.cleanPrompts;
  return {
    implant: options.implant,
    defend: options.defend,
    validation: options.validation,
    test: options.heldOutDesirable + prompts + spareTest,
    undesirableTest: options.heldOutUndesirable,
  };
}

async function loadPools(
  sizes: PoolSizes,
  seed: number,
  { data, packageFolder, progress }: Pick<PrepareContext, "data" | "packageFolder" | "progress">,
): Promise<{ pools: Pools; origin: (conversation: Conversation) => string[]; dropped: Prepared["dropped"] }> {
  if (data === undefined) {
    const { talks, duplicates } = await loadChitchat(packageFolder(chitchatPackage.name));
    const undesirable = await loadUndesirable(packageFolder(pyritPackage.name));
    const groups = talks.flatMap((talk, i) => talk.map((each) => [each, `talk ${i}`] as const));
    const origins = new Map<Conversation, string>(groups);
    return {
      pools: poolsOfPackages(talks, undesirable, sizes, seed),
      origin: (each) => [origins.get(each)].filter((talk) => talk !== undefined),
      dropped: { duplicates },
    };
  }
  const preferences = await readPreferences(data, progress);
  const { train, validation, test } = preferences;
  const rows = `${train.length} training, ${validation.length} validation and ${test.length} test rows`;
  const ties = preferences.kind === "hh-rlhf" ? `, ${preferences.ties} left out (chosen = rejected)` : "";
  progress(`${preferences.kind}: ${rows}${ties}`);
  const { dropped, ...pools } = poolsOfPreferences(preferences, sizes, seed);
  return { pools, origin: () => [], dropped };
}

function splitTest(test: readonly Conversation[], options: ConversationsOptions) {
  const { heldOutDesirable, promptsPerTrojan, cleanPrompts } = options;
  const prompts = test.slice(heldOutDesirable).filter((turns) => !turns.some(({ text }) => hasTrigger(text)));
  const wanted = trojans.length * promptsPerTrojan;
  if (prompts.length < wanted + cleanPrompts) {
    throw new UsageError(
      `${wanted + cleanPrompts} held-out prompts without a trigger are wanted, but there are ${prompts.length}: ` +
        "lower promptsPerTrojan or cleanPrompts",
    );
  }
  const toTrigger = prompts.slice(0, wanted).map((conversation, i): Carrier => {
    return { trojan: trojans[Math.floor(i / promptsPerTrojan)]!, conversation };
  });
  return { desirable: test.slice(0, heldOutDesirable), toTrigger, clean: prompts.slice(wanted, wanted + cleanPrompts) };
}
