import { UsageError, unknownName } from "lat-system";
import type { Model, Site } from "./model.ts";

/**
 * The sites of the given names or indices (`"layers.1.residual"`, `"3"`, `"-1"` for the last), in the order in which a
 * forward pass reaches them.
 *
 * @throws UsageError that lists the model's sites
 */
export function resolveSites(model: Model, names: readonly string[]): Site[] {
  const indices = new Set(names.map((name) => siteIndex(model, name)));
  return [...indices].sort((a, b) => a - b).map((index) => model.sites[index]!);
}

function siteIndex(model: Model, name: string): number {
  const known = model.sites.map((site) => site.name);
  const number = /^-?\d+$/.test(name) ? Number(name) : undefined;
  const index = number === undefined ? known.indexOf(name) : number < 0 ? number + known.length : number;
  if (index < 0 || index >= known.length) throw new UsageError(unknownName(`site of ${model.name}`, name, known));
  return index;
}
