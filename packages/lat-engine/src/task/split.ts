import { LatError } from "lat-system";
import { shuffled } from "lat-tensorflow";
import { distinct } from "./content.ts";
import type { Prepared } from "./task.ts";

/** A task's data in parts: to train on, to choose on, to measure on. */
export interface Split<T> extends Pick<Prepared, "splits" | "dropped"> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
  readonly test: readonly T[];
}

/**
 * Divides items at random into parts of these shares; the rest is to train on. Of items with the same content the first
 * alone is divided, and none where their labels differ.
 *
 * @param keyOf what the same content has in common: `textKey` of a text, `valuesKey` of pixels
 * @throws LatError where there are too few for a part
 */
export function randomSplit<T extends { readonly name: string; readonly label?: number }>(
  items: readonly T[],
  keyOf: (item: T) => string,
  shares: Readonly<Record<"validation" | "test", number>>,
  seed: number,
): Split<T> {
  const { kept, dropped } = distinct(
    items,
    (item) => [keyOf(item)],
    ({ label }) => label,
  );
  const order = shuffled(kept, seed, "split");
  const test = Math.round(shares.test * order.length);
  const held = test + Math.round(shares.validation * order.length);
  const parts = { train: order.slice(held), validation: order.slice(test, held), test: order.slice(0, test) };
  const splits: Record<string, Prepared["splits"][string]> = {};
  for (const [part, members] of Object.entries(parts)) {
    if (members.length === 0)
      throw new LatError(`${order.length} examples are too few to train, choose and measure on: no ${part} is left`);
    splits[part] = members.map((item) => ({ name: item.name, key: keyOf(item) }));
  }
  return { ...parts, splits, dropped };
}
