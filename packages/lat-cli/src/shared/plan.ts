import { isDeepStrictEqual } from "node:util";
import { estimate } from "lat-engine/experiment";
import type { RunConfig } from "lat-engine/records";
import type { Task } from "lat-engine/task";
import { Document, isSeq, type YAMLMap } from "yaml";
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
  if (!options.json) print(toYaml(factor(configs)));
  chooseCompute(options);
  const display = openDisplay();
  const estimated = await estimate(task, configs, observe(display)).finally(display.close);
  if (options.json) printJson({ estimate: estimated, configs });
  else {
    const { runs, steps, seconds, peakBytes } = estimated;
    print(
      `# runs: ${runs}, steps: ${steps}, time: about ${duration(seconds)} without compiling, memory: about ${size(peakBytes)}`,
    );
  }
}

/** YAML with one line for each of the `runs`. */
function toYaml(settings: Settings): string {
  const document = new Document(settings);
  const runs = document.get("runs");
  for (const run of isSeq<YAMLMap>(runs) ? runs.items : []) run.flow = true;
  return document.toString({ lineWidth: 0 }).trimEnd();
}

type Settings = Readonly<Record<string, unknown>>;

/** Settings that all runs share, and under `runs` what each has of its own. */
export function factor(configs: readonly RunConfig[]): Settings {
  const { shared, own } = split(configs as unknown as readonly Settings[]);
  return configs.length > 1 ? { ...shared, runs: own } : shared;
}

/** Takes objects with the same keys apart into what is the same in all and what is not, sections key by key. */
function split(objects: readonly Settings[]): { shared: Settings; own: Settings[] } {
  const shared: Record<string, unknown> = {};
  const own: Record<string, unknown>[] = objects.map(() => ({}));
  for (const key of Object.keys(objects[0] ?? {})) {
    const values = objects.map((object) => object[key]);
    if (values.every((value) => isDeepStrictEqual(value, values[0]))) shared[key] = values[0];
    else if (values.every(isSection)) {
      const parts = split(values);
      if (Object.keys(parts.shared).length > 0) shared[key] = parts.shared;
      for (const [index, part] of parts.own.entries()) own[index]![key] = part;
    } else {
      for (const [index, value] of values.entries()) own[index]![key] = value;
    }
  }
  return { shared, own };
}

function isSection(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
