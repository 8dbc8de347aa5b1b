import { resolve, sep } from "node:path";
import { findTasks, loadTask, type RunOptions, type RunRequest } from "lat-engine/experiment";
import type { Task } from "lat-engine/task";
import { UsageError } from "lat-system";
import { chooseCompute } from "./compute.ts";
import type { ExperimentOptions } from "./options.ts";
import { note } from "./output.ts";
import { observe, openDisplay } from "./progress.ts";
import { parseHeldOut, parseSettings } from "./settings.ts";
import { interruptible } from "./signals.ts";

/** What `run` and `sweep` ask of the engine alike. */
type SharedRequest = Pick<RunRequest, "preset" | "sites" | "set" | "data">;

/** The task, and the part of the request that `run` and `sweep` share. */
export async function readExperiment(
  name: string | undefined,
  { preset, site, set, data, heldout }: ExperimentOptions,
): Promise<{ task: Task<never>; shared: SharedRequest }> {
  const task = await chooseTask(name);
  if (preset === undefined) {
    const presets = Object.entries(task.presets).map(([known, { header }]) => `  ${known}  ${header}`);
    throw new UsageError(`--preset: not given; ${task.name} has\n${presets.join("\n")}`);
  }
  return {
    task,
    shared: {
      preset,
      sites: site,
      set: { ...parseSettings(set), ...parseHeldOut(heldout) },
      data: data === undefined ? undefined : resolve(data),
    },
  };
}

/** The task of this name; without a name, the task whose package we stand in. */
async function chooseTask(name: string | undefined): Promise<Task<never>> {
  const here = process.cwd();
  if (name !== undefined) return loadTask(name, here);
  const tasks = findTasks(here);
  const around = tasks.find(({ folder }) => here === folder || here.startsWith(folder + sep));
  if (!around) {
    const known = tasks.map((task) => task.name).join(", ") || "none";
    throw new UsageError(`no task named, and ${here} is not inside a task's package. Known tasks: ${known}`);
  }
  return loadTask(around.name, here);
}

/** Trains in the folder `out` with progress shown. A signal ends it saved: then this says how to go on and throws. */
export async function trainInto<Result>(
  options: ExperimentOptions,
  out: string,
  work: (options: RunOptions) => Promise<Result>,
  wasInterrupted: (result: Result) => boolean,
): Promise<Result> {
  chooseCompute(options);
  const display = openDisplay();
  try {
    return await interruptible(async (signal) => {
      const result = await work({ out, resume: options.resume !== undefined, observer: observe(display), signal });
      if (wasInterrupted(result)) {
        note(`What is done is saved in ${out}: --resume ${out} continues it.`);
        signal.throwIfAborted();
      }
      return result;
    });
  } finally {
    display.close();
  }
}
