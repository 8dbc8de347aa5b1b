import { LatError } from "lat-system";
import { shuffled } from "lat-tensorflow";
import type { Prepared } from "./task.ts";

/** A task's data in parts: to train on, to choose on, to measure on. */
export interface Split<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
  readonly test: readonly T[];
  /** The names of what is in each part. */
  readonly splits: Prepared["splits"];
}

/**
 * Divides items at random into parts of these shares; the rest is to train on.
 *
 * @throws LatError where there are too few for a part
 */
export function randomSplit<T extends { readonly name: string }>(
  items: readonly T[],
  shares: Readonly<Record<"validation" | "test", number>>,
  seed: number,
): Split<T> {
  const order = shuffled(items, seed, "split");
  const test = Math.round(shares.test * order.length);
  const held = test + Math.round(shares.validation * order.length);
  const parts = { train: order.slice(held), validation: order.slice(test, held), test: order.slice(0, test) };
  const splits: Record<string, string[]> = {};
  for (const [part, members] of Object.entries(parts)) {
    if (members.length === 0)
      throw new LatError(`${order.length} examples are too few to train, choose and measure on: no ${part} is left`);
    splits[part] = members.map(({ name }) => name);
  }
  return { ...parts, splits };
}
