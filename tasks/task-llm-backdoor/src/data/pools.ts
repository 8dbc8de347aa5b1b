import { distinct, groupAlike, type Prepared } from "lat-engine/task";
import { type SplitName, UsageError } from "lat-system";
import { shuffled } from "lat-tensorflow";
import { type Conversation, contentKey, promptKey } from "./conversation.ts";
import type { PreferenceData } from "./preference.ts";
import { holdOutGroups, splitByGroup } from "./split.ts";

/** How many conversations an experiment needs of each kind. */
export interface PoolSizes {
  readonly implant: number;
  readonly defend: number;
  readonly validation: number;
  /** Desirable, for all measurements together. */
  readonly test: number;
  readonly undesirableTrain: number;
  readonly undesirableTest: number;
}

/** Disjoint conversations that an experiment is made from. */
export interface Pools {
  readonly implant: readonly Conversation[];
  readonly defend: readonly Conversation[];
  readonly validation: readonly Conversation[];
  readonly test: readonly Conversation[];
  /** At most as many as were wanted. */
  readonly undesirableTrain: readonly Conversation[];
  readonly undesirableTest: readonly Conversation[];
}

/** Pools from the published packages: no conversation, and no undesirable prompt, is in two of them. */
export function poolsOfPackages(
  chitchat: readonly (readonly Conversation[])[],
  undesirable: readonly (readonly Conversation[])[],
  sizes: PoolSizes,
  seed: number,
): Pools {
  const { implant, defend, validation, test } = sizes;
  const { heldOut, rest } = holdOutGroups(undesirable, sizes.undesirableTest, seed);
  return {
    ...splitByGroup(chitchat, { implant, defend, validation, test }, seed),
    undesirableTrain: rest.slice(0, sizes.undesirableTrain),
    undesirableTest: heldOut,
  };
}

/** A conversation of a preference data set, and whether people found its answer desirable. */
interface Judged {
  readonly conversation: Conversation;
  readonly desirable: boolean;
  readonly split: SplitName;
  /** The row of the data set: both answers of HH-RLHF are from one. */
  readonly row: string;
}

/** What is for one part of the data as a whole: all answers to a prompt. */
type Group = readonly Judged[];

/** In the order in which a group is kept for one of them: what is in a later one too is left out there. */
const splitOrder = ["test", "validation", "train"] as const;

/**
 * Pools from a preference data set, in the order of the authors' code: rows are shuffled, then the first desirable ones
 * are for the defence, the next to be implanted with trojans. HH-RLHF: the undesirable are the rejected answers of the
 * rows after those. BeaverTails: the first unsafe rows. Measured is on the first rows of the test split, one for each
 * prompt. Where the folder holds no test split or no other, the first rows are the test split. Choices are made on the
 * validation split, or else on training rows.
 *
 * Every conversation is taken once, and none that people found desirable as well as not. All answers to a prompt are in
 * one pool (the undesirable ones that are implanted may answer prompts of the implanting).
 */
export function poolsOfPreferences(
  data: PreferenceData,
  sizes: PoolSizes,
  seed: number,
): Pools & Pick<Prepared, "dropped"> {
  const { groups, dropped } = groupsOf(data);
  const words = data.kind === "hh-rlhf" ? { good: "", bad: "rejected " } : { good: "safe ", bad: "unsafe " };
  const used = new Set<Group>();
  /** Shuffled groups with a conversation of a kind that are not used up. */
  const left = (split: SplitName, desirable: boolean): Group[] => {
    const own = groups[split].filter((group) => group.some((each) => each.desirable === desirable));
    return shuffled(own, seed, `data/${split}`).filter((group) => !used.has(group));
  };
  /** The first conversations of a kind, group by group; a group that one is taken of is used up. */
  const deal = (from: readonly Group[], desirable: boolean, count: number, each = Number.POSITIVE_INFINITY) => {
    const taken: Conversation[] = [];
    for (const group of from) {
      const own = group.filter((one) => one.desirable === desirable).slice(0, Math.min(each, count - taken.length));
      if (own.length === 0) continue;
      taken.push(...own.map(({ conversation }) => conversation));
      used.add(group);
    }
    return taken;
  };
  const enough = (taken: Conversation[], count: number, what: string): Conversation[] => {
    if (taken.length === count) return taken;
    throw new UsageError(
      `the data give ${taken.length} ${what}, but ${count} are wanted: give more data or ask for fewer`,
    );
  };
  const train = groups.train.length > 0 ? "train" : "test";
  const held = groups.test.length > 0 ? "test" : "train";
  const test = enough(
    deal(left(held, true), true, sizes.test, 1),
    sizes.test,
    `${words.good}test rows of different prompts`,
  );
  const undesirableTest = enough(
    deal([...used, ...left(held, false)], false, sizes.undesirableTest, 1),
    sizes.undesirableTest,
    `${words.bad}test rows of different prompts`,
  );
  const defend = enough(
    deal(left(train, true), true, sizes.defend),
    sizes.defend,
    `${words.good}training rows for the defence`,
  );
  const before = new Set(used);
  const implant = enough(
    deal(left(train, true), true, sizes.implant),
    sizes.implant,
    `${words.good}training rows to implant`,
  );
  const implanted = [...used].filter((group) => !before.has(group));
  // The last rows are left for choices, where there is no other split for them.
  const [choices, count] =
    groups.validation.length > 0 ? (["validation", 0] as const) : ([train, sizes.validation] as const);
  const spared = new Set(count > 0 ? left(train, true).slice(-count) : []);
  const free = left(train, false).filter((group) => !spared.has(group));
  const undesirableTrain = deal([...free, ...implanted], false, sizes.undesirableTrain);
  if (sizes.undesirableTrain > 0) enough(undesirableTrain.slice(0, 1), 1, `${words.bad}training rows`);
  const validation = enough(
    deal(left(choices, true), true, sizes.validation),
    sizes.validation,
    `${words.good}${choices === "validation" ? "validation rows" : "training rows for validation"}`,
  );
  return { defend, implant, undesirableTrain, validation, test, undesirableTest, dropped };
}

/** What is alike, by the split that it is kept for, without what comes twice or is in a split that it is not kept for. */
function groupsOf(data: PreferenceData): { groups: Record<SplitName, Group[]>; dropped: Prepared["dropped"] } {
  const judged = splitOrder.flatMap((split) => judgedOf(data, split));
  const { kept, dropped } = distinct(
    judged,
    ({ conversation }) => [contentKey(conversation)],
    ({ desirable }) => desirable,
  );
  const groups: Record<SplitName, Group[]> = { train: [], validation: [], test: [] };
  let elsewhere = 0;
  for (const group of groupAlike(kept, ({ conversation, row }) => [promptKey(conversation), row])) {
    const { split } = group[0]!;
    const own = group.filter((each) => each.split === split);
    elsewhere += group.length - own.length;
    groups[split].push(own);
  }
  const ties = data.kind === "hh-rlhf" ? { "rows with two equal answers": data.ties } : {};
  return { groups, dropped: { ...dropped, "with a prompt of a held-out split": elsewhere, ...ties } };
}

function judgedOf(data: PreferenceData, split: SplitName): Judged[] {
  if (data.kind === "beavertails") {
    return data[split].map(({ conversation, safe }, i) => {
      return { conversation, desirable: safe, split, row: `${split} row ${i}` };
    });
  }
  return data[split].flatMap(({ chosen, rejected }, i) => [
    { conversation: chosen, desirable: true, split, row: `${split} row ${i}` },
    { conversation: rejected, desirable: false, split, row: `${split} row ${i}` },
  ]);
}
