import type { Metric } from "lat-engine/records";

/** Which way an axis improves. */
export type Better = Metric["better"];

/** How much better `a` is than `b` on one axis: positive when better, 0 when equal, NaN when either is NaN. */
export function advantage(a: number, b: number, better: Better): number {
  if (a === b) return 0; // also for two equal infinities
  return better === "higher" ? a - b : b - a;
}

/** Whether `a` is at least as good as `b` on every axis and strictly better on one. A NaN dominates nothing. */
export function dominates(a: readonly number[], b: readonly number[], better: readonly Better[]): boolean {
  if (a.length !== better.length || b.length !== better.length) {
    throw new RangeError(`dominates: got points of ${a.length} and ${b.length} values, expected ${better.length} each`);
  }
  const advantages = better.map((direction, axis) => advantage(a[axis]!, b[axis]!, direction));
  return advantages.every((value) => value >= 0) && advantages.some((value) => value > 0);
}

/**
 * Indices of the points that no other point dominates, in ascending order. Equal points are all on the front; a point
 * with a NaN is never on it.
 */
export function paretoFront(points: readonly (readonly number[])[], better: readonly Better[]): number[] {
  const front: number[] = [];
  for (const [index, point] of points.entries()) {
    if (point.some(Number.isNaN)) continue;
    if (!points.some((other) => dominates(other, point, better))) front.push(index);
  }
  return front;
}
