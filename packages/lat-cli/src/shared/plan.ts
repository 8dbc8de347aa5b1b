import type { Estimate, RunConfig } from "lat-engine";
import { stringify } from "yaml";
import type { CommonOptions } from "./options.ts";
import { duration, print, printJson, size } from "./output.ts";

/** What `--dry-run` prints: the resolved settings, how many runs, and what they will take. */
export function printPlan(configs: readonly RunConfig[], estimate: Estimate, { json }: CommonOptions): void {
  if (json) {
    printJson({ estimate, configs });
    return;
  }
  const { runs, steps, seconds, peakBytes } = estimate;
  const heading = `# runs: ${runs}, steps: ${steps}, time: about ${duration(seconds)}, memory: about ${size(peakBytes)}`;
  print(`${heading}\n${stringify(factor(configs))}`.trimEnd());
}

/** Settings that all runs share, and under `runs` what each has of its own. */
export function factor(configs: readonly RunConfig[]): Record<string, unknown> {
  const shared: [string, unknown][] = [];
  const own: [string, unknown][][] = configs.map(() => []);
  for (const key of Object.keys(configs[0] ?? {}) as (keyof RunConfig)[]) {
    const values = configs.map((config) => config[key]);
    if (new Set(values.map((value) => JSON.stringify(value))).size === 1) shared.push([key, values[0]]);
    else values.forEach((value, index) => void own[index]!.push([key, value]));
  }
  const runs = own.map((entries) => Object.fromEntries(entries));
  return { ...Object.fromEntries(shared), ...(configs.length > 1 ? { runs } : {}) };
}
