import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Claim, UsageError } from "lat-system";
import { disposeAll } from "lat-tensorflow";
import type { RunConfig } from "../configuration/config.ts";
import { tryClaimFolder } from "../records/claim-folder.ts";
import { holdsRun } from "../records/folder.ts";
import { refuseChangedInputs, writeInputs } from "../records/inputs.ts";
import { describeMachine } from "../records/meta.ts";
import { readResult, resultTime } from "../records/results.ts";
import { labelOf } from "../records/run-name.ts";
import type { Summary } from "../records/summary.ts";
import { holdsSweep, runFolder, withSweepLock, writeSummary, writeSweep } from "../records/sweep-folder.ts";
import { isWorkedOn, joinWorkers } from "../records/workers.ts";
import type { Task } from "../task/task.ts";
import type { RunOptions } from "./api.ts";
import { defend } from "./defend.ts";
import { copyImplanted, type Implanted, implant } from "./implant.ts";
import { inputsOf } from "./inputs.ts";
import { beginRun } from "./run.ts";
import { Session } from "./session.ts";

/** How often a process without a run to take looks whether the others' runs have ended. */
const POLL_MS = 500;

/**
 * Runs the configurations from one implanted network, writing `summary.json` after each. A run that fails or diverges is
 * listed with its error and the sweep goes on; an interrupted sweep is resumed where it stopped.
 *
 * Several processes may work on one folder side by side: a sweep of the same runs that others are working on is joined.
 * Each process takes the next run that nobody has; the run of one that died is taken up again.
 *
 * @returns what all processes have done, once every run has ended
 * @throws InterruptedError where the signal came before the implanted network was made, without which there is no summary
 */
export async function sweep(task: Task<never>, configs: readonly RunConfig[], options: RunOptions): Promise<Summary> {
  const { out, observer } = options;
  refuseSeveralImplants(configs);
  const tell = (message: string): void => observer.log("info", message);
  const { session, worker, earlier } = await withSweepLock(out, () => openSweep(task, configs, options), tell);
  try {
    const implanted = await implant(task, session, configs[0]!, options);
    try {
      await withSweepLock(out, () => copyImplanted(implanted, out), tell);
      return await work(session, implanted, configs, options, earlier);
    } finally {
      disposeAll(implanted.parameters);
    }
  } finally {
    session.close();
    worker.release();
  }
}

/**
 * Makes the sweep's folder, or takes up the one that is there, and joins those who work on it. As in a run: refused
 * before the data is read, written after. What came of runs earlier is remembered, since resuming tries failed ones again.
 */
async function openSweep(task: Task<never>, configs: readonly RunConfig[], { out, resume, observer }: RunOptions) {
  const known = holdsSweep(out, configs, resume || (await isWorkedOn(out)));
  const inputs = inputsOf(task, configs[0]!);
  refuseChangedInputs(out, inputs);
  const session = await Session.open(task, configs[0]!, observer, inputs);
  try {
    if (!known) {
      const { name, description, presets } = task;
      const { preset } = configs[0]!;
      await writeInputs(out, inputs);
      const header = presets[preset]?.header ?? "";
      await writeSweep(out, { task: name, preset, description, header, ...describeMachine(), runs: [...configs] });
    }
    const earlier = new Map(resume ? configs.map((config) => [config, resultTime(join(out, runFolder(config)))]) : []);
    return { session, worker: await joinWorkers(out), earlier };
  } catch (error) {
    session.close();
    throw error;
  }
}

/** Takes runs that nobody has until all have ended, or the signal comes. */
async function work(
  session: Session,
  implanted: Implanted,
  configs: readonly RunConfig[],
  options: RunOptions,
  earlier: ReadonlyMap<RunConfig, number | undefined>,
): Promise<Summary> {
  const { out, observer, signal } = options;
  const { evaluation, wallSeconds } = implanted;
  const origin = { metrics: evaluation.metrics, folder: "implanted", wallSeconds };
  const isDone = (config: RunConfig): boolean => {
    const folder = join(out, runFolder(config));
    const status = readResult(folder)?.status;
    if (status === "complete") return true;
    // What failed or was interrupted before this process came is tried again; since then it was another's try.
    return status !== undefined && status !== "interrupted" && resultTime(folder) !== earlier.get(config);
  };

  for (let told = false; !signal?.aborted; ) {
    const left = configs.filter((config) => !isDone(config));
    if (left.length === 0) break;
    let took = false;
    for (const config of left) {
      if (signal?.aborted) break;
      const folder = join(out, runFolder(config));
      const taken = await tryClaimFolder(folder);
      if ("holder" in taken) continue;
      try {
        // It may have ended since the list was made.
        if (isDone(config)) continue;
        took = true;
        observer.remaining?.(left.slice(left.indexOf(config)));
        observer.log("info", `run ${configs.indexOf(config) + 1} of ${configs.length}: ${labelOf(config)}`);
        await runInto(session, implanted, config, { ...options, out: folder }, taken.claim);
      } finally {
        taken.claim.release();
      }
      await writeSummary(out, origin);
    }
    if (took || signal?.aborted) continue;
    if (!told) observer.log("info", `${left.length} runs are with other processes: waiting for them`);
    told = true;
    await sleep(POLL_MS);
  }
  return writeSummary(out, origin);
}

/** A run of the sweep; its failure is what its `result.json` says. */
async function runInto(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  options: RunOptions,
  claim: Claim,
): Promise<void> {
  const { out, observer } = options;
  if (!holdsRun(out, config, true)) await beginRun(out, config, session);
  try {
    await defend(session, implanted, config, options, claim);
  } catch (error) {
    const result = readResult(out);
    if (!result?.error) throw error;
    observer.log("error", `${labelOf(config)}: ${result.error}`);
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
