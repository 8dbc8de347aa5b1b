import { estimate, type RunConfig, type Task } from "lat-engine";
import { stringify } from "yaml";
import { chooseCompute } from "./compute.ts";
import type { CommonOptions, ComputeOptions } from "./options.ts";
import { duration, print, printJson, size } from "./output.ts";
import { observe, openDisplay } from "./progress.ts";

/** `--dry-run`: prints the resolved settings, how many runs they are, and what those will take on this machine. */
export async function plan(
  task: Task<never>,
  configs: readonly RunConfig[],
  options: CommonOptions & ComputeOptions,
): Promise<void> {
  if (!options.json) print(stringify(factor(configs)).trimEnd());
  chooseCompute(options);
  const display = openDisplay();
  const estimated = await estimate(task, configs, observe(display)).finally(display.close);
  if (options.json) printJson({ estimate: estimated, configs });
  else {
    const { runs, steps, seconds, peakBytes } = estimated;
    print(`# runs: ${runs}, steps: ${steps}, time: about ${duration(seconds)}, memory: about ${size(peakBytes)}`);
  }
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
