import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readJson, UsageError, writeJson } from "lat-system";
import { disposeAll } from "lat-tensorflow";
import type { RunConfig } from "../configuration/config.ts";
import { differences, openRunFolder, refuseOccupied } from "../records/folder.ts";
import { describeMachine } from "../records/meta.ts";
import type { RunSummary, Summary } from "../records/summary.ts";
import type { Task } from "../task/task.ts";
import type { RunOptions } from "./api.ts";
import { copyImplanted, implant } from "./implant.ts";
import { defend, labelOf, readResult } from "./run.ts";
import { Session } from "./session.ts";

const SWEEP = "sweep.json";
/** Differences that a message lists. */
const SHOWN = 6;

/**
 * Runs the configurations one after another from one implanted network, writing `summary.json` after each. A run that
 * fails or diverges is listed with its error and the sweep goes on; an interrupted sweep is resumed where it stopped.
 *
 * @throws InterruptedError where the signal came before the implanted network was made, without which there is no summary
 */
export async function sweep(task: Task<never>, configs: readonly RunConfig[], options: RunOptions): Promise<Summary> {
  const { out, observer, signal } = options;
  refuseSeveralImplants(configs);
  // As in a run: refused before the data is read, written after.
  const stated = JSON.parse(JSON.stringify(configs)) as unknown[];
  const known = await holdsSweep(stated, options);
  const session = await Session.open(task, configs[0]!, observer);
  try {
    if (!known) await writeSweep(task, configs[0]!, stated, out);
    const implanted = await implant(task, session, configs[0]!, options);
    try {
      await copyImplanted(implanted, out);
      const runs: RunSummary[] = [];
      const { task: name, preset } = configs[0]!;
      const summary = (): Summary => ({
        schema: 1,
        task: name,
        preset,
        implanted: { metrics: implanted.evaluation.metrics, folder: "implanted", wallSeconds: implanted.wallSeconds },
        runs,
      });
      for (const [index, config] of configs.entries()) {
        if (signal?.aborted) break;
        observer.remaining?.(configs.slice(index));
        observer.log("info", `run ${index + 1} of ${configs.length}: ${labelOf(config)}`);
        const folder = join("runs", folderName(config));
        const run = await runInto({ ...options, out: join(out, folder) }, config, (each) =>
          defend(session, implanted, config, each),
        );
        runs.push({ ...run, folder });
        await writeJson(join(out, "summary.json"), summary());
      }
      return summary();
    } finally {
      disposeAll(implanted.parameters);
    }
  } finally {
    session.close();
  }
}

/** @throws UsageError where the configurations do not start from one implanted network */
function refuseSeveralImplants(configs: readonly RunConfig[]): void {
  const [first, ...others] = configs.map(({ task, preset, data, options, implant, implantSeed }) => {
    return { task, preset, data, options, implant, implantSeed };
  });
  if (!first) throw new UsageError("a sweep needs at least one run");
  const different = others.find((other) => !isDeepStrictEqual(other, first));
  if (different)
    throw new UsageError("the runs of a sweep differ in more than the defence: they need sweeps of their own");
}

/** A run of the sweep; its failure is what its `result.json` says. */
async function runInto(
  options: RunOptions,
  config: RunConfig,
  work: (options: RunOptions) => Promise<RunSummary>,
): Promise<RunSummary> {
  await openRunFolder(options.out, config, options.resume);
  try {
    return await work(options);
  } catch (error) {
    const result = readResult(options.out);
    if (!result?.error) throw error;
    options.observer.log("error", `${labelOf(config)}: ${result.error}`);
    return result;
  }
}

/**
 * Whether the folder holds the sweep of these very runs, to be resumed; else it is made, and empty.
 *
 * @throws UsageError where it holds something else, or a sweep of other runs (naming the keys that differ)
 */
async function holdsSweep(stated: readonly unknown[], { out, resume }: RunOptions): Promise<boolean> {
  const path = join(out, SWEEP);
  if (!existsSync(path)) {
    refuseOccupied(out);
    return false;
  }
  if (!resume) throw new UsageError(`${out} already holds a sweep: continue it with --resume, or choose another --out`);
  const known = (await readJson(path)) as { runs?: unknown } | null;
  const differing = differingRuns(known?.runs, stated);
  if (differing.length === 0) return true;
  throw new UsageError(
    `${out} holds a sweep of other runs, so it cannot be resumed. Differing (all in ${path}): ${differing.join("; ")}`,
  );
}

async function writeSweep(
  { name, description, presets }: Task<never>,
  { preset }: RunConfig,
  stated: readonly unknown[],
  out: string,
): Promise<void> {
  const header = presets[preset]?.header ?? "";
  await writeJson(join(out, SWEEP), {
    task: name,
    preset,
    description,
    header,
    started: new Date().toISOString(),
    ...describeMachine(),
    runs: stated,
  });
}

/** `runs.2.attack.steps: 6 there, 4 now` for the first few keys in which the runs of two sweeps differ. */
function differingRuns(there: unknown, now: readonly unknown[]): string[] {
  const runs = Array.isArray(there) ? (there as unknown[]) : [];
  if (runs.length !== now.length) return [`${runs.length} runs there, ${now.length} now`];
  const all = now.flatMap((run, index) => differences(runs[index], run, `runs.${index}`));
  return all.length > SHOWN ? [...all.slice(0, SHOWN), `${all.length - SHOWN} more`] : all;
}

/** `lat-8-seed0`: the run's folder. */
function folderName({ method, epsilon, seed }: RunConfig): string {
  return [method, ...(epsilon === null ? [] : [String(epsilon)]), `seed${seed}`].join("-");
}
