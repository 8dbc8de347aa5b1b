import { type SplitName, UsageError } from "lat-system";
import { shuffled } from "lat-tensorflow";
import type { Conversation } from "./conversation.ts";
import type { BeaverRow, HhRow, PreferenceData } from "./preference.ts";
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

/**
 * Pools from a preference data set, in the order of the authors' code: rows are shuffled, then the first desirable ones
 * are for the defence, the next to be implanted with trojans. HH-RLHF: the undesirable are the rejected answers of the
 * rows after those. BeaverTails: the first unsafe rows. Measured is on the first rows of the test split. Where the
 * folder holds no test split or no other, the first rows are the test split. Choices are made on the validation split, or
 * else on training rows.
 */
export function poolsOfPreferences(data: PreferenceData, sizes: PoolSizes, seed: number): Pools {
  return data.kind === "hh-rlhf" ? poolsOfHh(data, sizes, seed) : poolsOfBeaver(data, sizes, seed);
}

function poolsOfHh(data: Readonly<Record<SplitName, HhRow[]>>, sizes: PoolSizes, seed: number): Pools {
  const [train, test] = splits(data, Math.max(sizes.test, sizes.undesirableTest), seed);
  const taken = sizes.defend + sizes.implant;
  const own = shuffled(data.validation, seed, "data/validation").map((row) => row.chosen);
  const toChoose = own.length > 0 ? 0 : sizes.validation;
  const undesirable = Math.min(sizes.undesirableTrain, train.length - taken - toChoose);
  const chosen = train.map((row) => row.chosen);
  const rejected = train.map((row) => row.rejected);
  return {
    defend: take(chosen, 0, sizes.defend, "training rows for the defence"),
    implant: take(chosen, sizes.defend, sizes.implant, "training rows to implant"),
    undesirableTrain: take(rejected, taken, Math.max(1, undesirable), "training rows of rejected answers"),
    validation:
      own.length > 0
        ? take(own, 0, sizes.validation, "validation rows")
        : take(chosen, taken + undesirable, sizes.validation, "training rows for validation"),
    test: take(
      test.map((row) => row.chosen),
      0,
      sizes.test,
      "test rows",
    ),
    undesirableTest: take(
      test.map((row) => row.rejected),
      0,
      sizes.undesirableTest,
      "test rows",
    ),
  };
}

function poolsOfBeaver(data: Readonly<Record<SplitName, BeaverRow[]>>, sizes: PoolSizes, seed: number): Pools {
  const of = (safe: boolean) => {
    const chosen = (rows: BeaverRow[]) => rows.filter((row) => row.safe === safe);
    const wanted = safe ? sizes.test : sizes.undesirableTest;
    const both = splits({ train: chosen(data.train), test: chosen(data.test) }, wanted, seed);
    return both.map((rows) => rows.map((row) => row.conversation)) as [Conversation[], Conversation[]];
  };
  const [safe, safeTest] = of(true);
  const [unsafe, unsafeTest] = of(false);
  const own = shuffled(data.validation, seed, "data/validation")
    .filter((row) => row.safe)
    .map((row) => row.conversation);
  const taken = sizes.defend + sizes.implant;
  return {
    defend: take(safe, 0, sizes.defend, "safe training rows for the defence"),
    implant: take(safe, sizes.defend, sizes.implant, "safe training rows to implant"),
    validation:
      own.length > 0
        ? take(own, 0, sizes.validation, "safe validation rows")
        : take(safe, taken, sizes.validation, "safe training rows for validation"),
    undesirableTrain: take(
      unsafe,
      0,
      Math.min(sizes.undesirableTrain, Math.max(1, unsafe.length)),
      "unsafe training rows",
    ),
    test: take(safeTest, 0, sizes.test, "safe test rows"),
    undesirableTest: take(unsafeTest, 0, sizes.undesirableTest, "unsafe test rows"),
  };
}

/** Both splits in random order; where one has no rows, the test split is the first `wanted` rows of the other. */
function splits<T>(data: { train: T[]; test: T[] }, wanted: number, seed: number): [train: T[], test: T[]] {
  const train = shuffled(data.train, seed, "data/train");
  const test = shuffled(data.test, seed, "data/test");
  if (train.length > 0 && test.length > 0) return [train, test];
  const all = [...train, ...test];
  return [all.slice(wanted), all.slice(0, wanted)];
}

function take(rows: readonly Conversation[], start: number, count: number, what: string): readonly Conversation[] {
  if (start + count <= rows.length) return rows.slice(start, start + count);
  const left = Math.max(0, rows.length - start);
  throw new UsageError(`the data give ${left} ${what}, but ${count} are wanted: give more data or ask for fewer`);
}
