import { UsageError, unknownName } from "lat-system";
import type { Model, Site } from "./model.ts";

/**
 * The sites of the given names or indices (`"layers.1.residual"`, `"3"`, `"-1"` for the last), in the order in which a
 * forward pass reaches them.
 *
 * @throws UsageError that lists the model's sites
 */
export function resolveSites(model: Model, names: readonly string[]): Site[] {
  const known = new Map(model.sites.map((site) => [site.name, site]));
  return resolveSiteNames(`site of ${model.name}`, names, [...known.keys()]).map((name) => known.get(name)!);
}

/**
 * The same on names alone: each once, in the order of `known`.
 *
 * @param kind what an unknown name is called in the message: `site of llama`
 */
export function resolveSiteNames(kind: string, names: readonly string[], known: readonly string[]): string[] {
  const indexOf = (name: string): number => {
    const number = /^-?\d+$/.test(name) ? Number(name) : undefined;
    const index = number === undefined ? known.indexOf(name) : number < 0 ? number + known.length : number;
    if (index < 0 || index >= known.length) throw new UsageError(unknownName(kind, name, known));
    return index;
  };
  return [...new Set(names.map(indexOf))].sort((a, b) => a - b).map((index) => known[index]!);
}
