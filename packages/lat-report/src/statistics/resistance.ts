import type { Estimate } from "./combine.ts";
import { advantage } from "./pareto.ts";
import type { Setting } from "./settings.ts";

/** A setting that measured both metrics of a pair. */
export interface Candidate {
  readonly setting: Setting;
  readonly clean: Estimate;
  readonly unforeseen: Estimate;
}

export function candidates(settings: readonly Setting[], cleanName: string, unforeseenName: string): Candidate[] {
  return settings.flatMap((setting) => {
    const [clean, unforeseen] = [setting.estimates.get(cleanName), setting.estimates.get(unforeseenName)];
    return clean && unforeseen ? [{ setting, clean, unforeseen }] : [];
  });
}

/** The best on the unforeseen metric; of equals the best on the clean one. */
export function strongest(all: readonly Candidate[]): Candidate | undefined {
  return all.toSorted((a, b) => gain(b.unforeseen, a.unforeseen) || gain(b.clean, a.clean))[0];
}

/** Of the strongest and those level with it on the unforeseen metric, the one that keeps the clean metric best. */
export function mostResistant(all: readonly Candidate[]): Candidate | undefined {
  const best = strongest(all);
  return all
    .filter((candidate) => candidate === best || level(candidate.unforeseen, best!.unforeseen))
    .toSorted((a, b) => gain(b.clean, a.clean) || gain(b.unforeseen, a.unforeseen))[0];
}

/** How much better `a` is than `b`. */
export const gain = (a: Estimate, b: Estimate): number => advantage(a.value, b.value, a.better);
/** Whether each mean is inside the other's interval. */
export const level = (a: Estimate, b: Estimate): boolean => inside(a.value, b) && inside(b.value, a);
/** Whether the intervals do not meet. */
export const apart = (a: Estimate, b: Estimate): boolean => a.low > b.high || b.low > a.high;

const inside = (value: number, estimate: Estimate): boolean => estimate.low <= value && value <= estimate.high;
