import { UsageError } from "lat-system";
import { shuffled } from "lat-tensorflow";

/**
 * Disjoint random samples of the wanted sizes; no group (a conversation) is in two of them. Groups are dealt out in
 * proportion to the sizes and each sample is drawn from all its groups, so that it spreads over as many as there are:
 * members of one group resemble each other, and a sample from few groups would make intervals too narrow.
 */
export function splitByGroup<T, Name extends string>(
  groups: readonly (readonly T[])[],
  sizes: Readonly<Record<Name, number>>,
  seed: number,
): Record<Name, T[]> {
  const names = Object.keys(sizes) as Name[];
  const total = names.reduce((sum, name) => sum + sizes[name], 0);
  const available = groups.reduce((sum, group) => sum + group.length, 0);
  const order = shuffled(groups, seed, "data/split");
  const samples = {} as Record<Name, T[]>;
  let next = 0;
  let dealt = 0;
  let wanted = 0;
  for (const name of names) {
    wanted += sizes[name];
    const pool: T[] = [];
    while (next < order.length && dealt < (wanted / total) * available) {
      pool.push(...order[next]!);
      dealt += order[next]!.length;
      next += 1;
    }
    if (pool.length < sizes[name]) {
      const all = names.map((other) => `${sizes[other]} ${other}`).join(", ");
      throw new UsageError(
        `of ${available} examples, ${total} are wanted (${all}), which leaves too few for "${name}": ask for fewer`,
      );
    }
    samples[name] = shuffled(pool, seed, `data/split/${name}`).slice(0, sizes[name]);
  }
  return samples;
}

/** Holds out `count` groups, of which one member each is used, so that what is measured on them is independent. */
export function holdOutGroups<T>(
  groups: readonly (readonly T[])[],
  count: number,
  seed: number,
): { heldOut: T[]; rest: T[] } {
  if (count >= groups.length) {
    throw new UsageError(`${count} prompts are to be held out, but there are only ${groups.length}; hold out fewer`);
  }
  const order = shuffled(groups, seed, "data/hold-out");
  return { heldOut: order.slice(0, count).map((group) => group[0]!), rest: order.slice(count).flat() };
}
