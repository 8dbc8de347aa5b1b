import { resolve } from "node:path";
import type { Command } from "commander";
import type { RunConfig } from "lat-engine/records";
import type { Task } from "lat-engine/task";
import { UsageError } from "lat-system";
import type { ExperimentOptions } from "./options.ts";

/** Configurations that were written before, where they go on, and whether what is there is continued. */
export interface GivenBack {
  readonly task: Task<never>;
  readonly configs: readonly RunConfig[];
  readonly out: string | undefined;
}

/** Options that say what a configuration says already. */
const settings = [
  "preset",
  "method",
  "methods",
  "epsilon",
  "epsilons",
  "seed",
  "seeds",
  "site",
  "set",
  "data",
  "heldout",
];

/**
 * What `--config FILE` or `--resume FOLDER` gives back; undefined where neither was given.
 *
 * @param read makes the configurations of a file or a folder
 * @throws UsageError where the command says something of its own beside
 */
export async function readGivenBack(
  command: Command,
  name: string | undefined,
  { config, resume, out }: ExperimentOptions,
  read: (path: string) => readonly RunConfig[],
): Promise<GivenBack | undefined> {
  const folder = typeof resume === "string" ? resume : undefined;
  const path = config ?? folder;
  if (path === undefined) return undefined;
  const option = config === undefined ? "--resume FOLDER" : "--config FILE";
  if (config !== undefined && folder !== undefined)
    throw new UsageError("--config and --resume FOLDER: received both, expected one: each says all settings");
  const own = settings.filter((key) => command.getOptionValueSource(key) === "cli").map((key) => `--${key}`);
  if (own.length > 0)
    throw new UsageError(`${option} takes all settings from ${path}: received ${own.join(", ")} as well, leave it out`);
  if (folder !== undefined && out !== undefined && resolve(out) !== resolve(folder))
    throw new UsageError(`--resume FOLDER goes on in ${folder}: received --out ${out} as well, leave it out`);
  const { loadTask, resolveConfig } = await import("lat-engine/experiment");
  const written = read(resolve(path));
  const task = await loadTask(name ?? written[0]!.task, process.cwd());
  const configs = written.map((each) => resolveConfig(task, each, path));
  return { task, configs, out: folder ?? out };
}
