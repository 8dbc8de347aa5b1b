import { LatError } from "lat-system";
import type { Member, Prepared } from "./task.ts";

/** Names of what is in two parts that a message holds. */
const NAMED = 3;
/** Characters of a name that a message holds. */
const LONGEST = 60;

/**
 * Prepared data that an experiment may be run on, with what is said of them among the artifacts (`data.json`).
 *
 * @throws LatError where something is in two parts, a metric has nothing to be measured on or nothing is poisoned: before
 *   anything is trained
 */
export function checkPrepared(prepared: Prepared): Prepared {
  const problem = leakOf(prepared.splits) ?? lackOf(prepared) ?? unpoisoned(prepared);
  if (problem !== undefined) throw new LatError(problem);
  const { implant, defend, validation, dropped, cases } = prepared;
  const examples = { implant: implant?.size ?? 0, defend: defend.size, validation: validation.size };
  const data = { examples, dropped, cases };
  return { ...prepared, artifacts: { ...prepared.artifacts, "data.json": JSON.stringify(data, null, 2) } };
}

const purposes = { implant: "implant with", defend: "train the defences on", validation: "choose on" } as const;

/** What is in two parts, for people: which parts, how much and the first of it. Undefined where nothing is. */
export function leakOf(splits: Prepared["splits"]): string | undefined {
  const parts = Object.entries(splits).map(([name, members]) => [name, byKey(members)] as const);
  const leaks = parts.flatMap(([one, members], at) =>
    parts.slice(at + 1).flatMap(([other, others]) => {
      const shared = [...others].filter(([key]) => members.has(key));
      if (shared.length === 0) return [];
      const named = shared.slice(0, NAMED).map(([key, name]) => inWords(members.get(key)!, name));
      const more = shared.length > NAMED ? `, and ${shared.length - NAMED} more` : "";
      return [`${shared.length} in both ${one} and ${other}: ${named.join(", ")}${more}`];
    }),
  );
  if (leaks.length === 0) return undefined;
  return `the same content is in two parts of the data, so that what is measured was trained on: ${leaks.join("; ")}`;
}

/** The first set without an example or metric without a case, for people; undefined where each has one. */
export function lackOf({ cases, implant, defend, validation }: Prepared): string | undefined {
  const sets = Object.entries({ implant, defend, validation });
  const empty = sets.find(([, set]) => set?.size === 0);
  if (empty !== undefined)
    return `no example is left to ${purposes[empty[0] as keyof typeof purposes]}: give more data`;
  const without = Object.keys(cases).find((metric) => cases[metric] === 0);
  if (without === undefined) return undefined;
  return `${without}: the held-out data have no case to measure it on; give more data, or leave it out`;
}

/** That a share is to be poisoned which is less than one example, for people. */
function unpoisoned({ poisoning, implant }: Prepared): string | undefined {
  if (!poisoning || poisoning.share === 0 || poisoning.poisoned.length > 0) return undefined;
  return `a share of ${poisoning.share} of ${implant?.size ?? 0} examples is to be poisoned, which is none: raise the share, or give more data`;
}

/** Names by key, the first of each. */
function byKey(members: readonly Member[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, key } of members) if (!names.has(key)) names.set(key, name);
  return names;
}

/** `"a"`, or `"a" as "b"` where the two have other names. */
function inWords(one: string, other: string): string {
  const [first, second] = [one, other].map(
    (name) => `"${name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name}"`,
  );
  return one === other ? first! : `${first} as ${second}`;
}

/** What was left out of the data, for people; undefined where nothing was. */
export function droppedInWords(dropped: Prepared["dropped"]): string | undefined {
  const counts = Object.entries(dropped).filter(([, count]) => count > 0);
  if (counts.length === 0) return undefined;
  return `left out of the data: ${counts.map(([what, count]) => `${count} ${what}`).join(", ")}`;
}
