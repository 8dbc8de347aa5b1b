import { createHash } from "node:crypto";
import { groupBy } from "lat-system";

/**
 * What two texts have in common that read the same: NFKC, no case, no characters without a shape of their own (zero-width
 * spaces, soft hyphens), and runs of white space and control characters as one space.
 */
export function textKey(text: string): string {
  return (
    text
      .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
      .normalize("NFKC")
      // Upper case first: ß and SS, ς and σ are one.
      .toUpperCase()
      .toLowerCase()
      .replace(/[\p{Cc}\s]+/gu, " ")
      .trim()
  );
}

/** What equal values (the pixels of an image) have in common: SHA-256 of their bytes. */
export function valuesKey(values: Float32Array | Int32Array | Uint8Array): string {
  return createHash("sha256").update(values).digest("hex");
}

/**
 * Groups items that have a key in common, directly or by others between them: such a group belongs into one part of the
 * data. Groups are in the order of their first items, and so are the items of a group.
 */
export function groupAlike<T>(items: readonly T[], keysOf: (item: T) => Iterable<string>): T[][] {
  // A forest of indices; each tree is a group and its root the group's first item.
  const parent = items.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  };
  const firstWith = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    for (const key of keysOf(item)) {
      const [one, other] = [rootOf(firstWith.get(key) ?? index), rootOf(index)];
      parent[Math.max(one, other)] = Math.min(one, other);
      if (!firstWith.has(key)) firstWith.set(key, index);
    }
  }
  return [...groupBy(items, (_, index) => rootOf(index)).values()];
}

/** Items of which each content comes once, and how many were left out for it. */
export interface Distinct<T> {
  /** The first of each content, in the order given. */
  readonly kept: T[];
  readonly dropped: {
    /** Items whose content came before, under the same label. */
    readonly duplicates: number;
    /** Items whose content has several labels: none of them says what is right, so that all are left out. */
    readonly contradictions: number;
  };
}

/**
 * @param keysOf of items with a key in common the content is the same
 * @param labelOf what must be the same for the same content; absent: nothing
 */
export function distinct<T>(
  items: readonly T[],
  keysOf: (item: T) => Iterable<string>,
  labelOf: (item: T) => unknown = () => undefined,
): Distinct<T> {
  const groups = agreeing(groupAlike(items, keysOf), labelOf);
  const kept = groups.map((group) => group[0]!);
  const agreed = groups.flat().length;
  return { kept, dropped: { duplicates: agreed - kept.length, contradictions: items.length - agreed } };
}

/** The items whose content has one label, copies included, and how many others there are. */
export function withoutContradictions<T extends object>(
  items: readonly T[],
  keysOf: (item: T) => Iterable<string>,
  labelOf: (item: T) => unknown,
): { kept: T[]; contradictions: number } {
  const agreed = new Set(agreeing(groupAlike(items, keysOf), labelOf).flat());
  return { kept: items.filter((item) => agreed.has(item)), contradictions: items.length - agreed.size };
}

function agreeing<T>(groups: readonly T[][], labelOf: (item: T) => unknown): T[][] {
  return groups.filter((group) => group.every((item) => labelOf(item) === labelOf(group[0]!)));
}
