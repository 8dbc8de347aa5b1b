import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError, withLock, writeJson } from "lat-system";
import { z } from "zod";
import { type RunConfig, runConfigSchema } from "../configuration/config.ts";
import { readContent, readContentIfThere } from "../configuration/content.ts";
import { differences, refuseOccupied } from "./folder.ts";
import { provenanceSchema } from "./meta.ts";
import { readResult } from "./results.ts";
import { runName } from "./run-name.ts";
import { type RunSummary, type Summary, summarySchema } from "./summary.ts";

const SWEEP = "sweep.json";
const SUMMARY = "summary.json";
const LOCK = ".claim-sweep";
/** Differences that a message lists. */
const SHOWN = 6;

/** `sweep.json`: what a sweep was asked for, and on which machine it began. */
const sweepSchema = provenanceSchema.extend({
  task: z.string(),
  preset: z.string(),
  runs: z.array(runConfigSchema).min(1),
});
export type SweepRecord = z.infer<typeof sweepSchema>;

/** What `sweep.json` says; undefined where there is none. */
export function readSweep(folder: string): SweepRecord | undefined {
  return readContentIfThere(join(folder, SWEEP), sweepSchema);
}

/**
 * The configurations of a sweep's folder, or of a file like the `sweep.json` there.
 *
 * @throws LatError where there is none
 */
export function readSweepConfigs(place: string): RunConfig[] {
  const path = statSync(place, { throwIfNoEntry: false })?.isFile() ? place : join(place, SWEEP);
  return readContent(path, sweepSchema).runs;
}

export async function writeSweep(folder: string, record: SweepRecord): Promise<void> {
  await writeJson(join(folder, SWEEP), record);
}

/** Where a run of the sweep lies, relative to the sweep. */
export function runFolder(config: Pick<RunConfig, "method" | "epsilon" | "seed">): string {
  return join("runs", runName(config));
}

/**
 * Whether the folder holds the sweep of these very runs, to be worked on; else it is made, and holds no run.
 *
 * @param joins whether a sweep that is there may be taken up
 * @throws UsageError where it holds something else, or a sweep of other runs (naming the keys that differ)
 */
export function holdsSweep(folder: string, configs: readonly RunConfig[], joins: boolean): boolean {
  if (!existsSync(join(folder, SWEEP))) {
    refuseOccupied(folder);
    return false;
  }
  if (!joins)
    throw new UsageError(`${folder} already holds a sweep: continue it with --resume, or choose another --out`);
  const differing = differingRuns(readSweep(folder)!.runs, JSON.parse(JSON.stringify(configs)) as unknown[]);
  if (differing.length === 0) return true;
  throw new UsageError(
    `${folder} holds a sweep of other runs, so it cannot be resumed or joined. ` +
      `Differing (all in ${join(folder, SWEEP)}): ${differing.join("; ")}`,
  );
}

/** Runs `work` while no other process of the sweep does anything under this lock. */
export function withSweepLock<T>(
  folder: string,
  work: () => Promise<T>,
  onWait?: (message: string) => void,
): Promise<T> {
  return withLock(join(folder, LOCK), work, { onWait });
}

/** What `summary.json` says; undefined where there is none. */
export function readSummary(folder: string): Summary | undefined {
  return readContentIfThere(join(folder, SUMMARY), summarySchema);
}

/**
 * Writes `summary.json` anew from the folders of the runs, in the order in which they were asked for, those without a
 * result left out.
 *
 * @param implanted absent: what the summary says already
 */
export function writeSummary(folder: string, implanted?: Summary["implanted"]): Promise<Summary> {
  return withSweepLock(folder, async () => {
    const { task, preset, runs } = readContent(join(folder, SWEEP), sweepSchema);
    const results = runs.map((config): RunSummary | undefined => {
      const place = runFolder(config);
      const result = readResult(join(folder, place));
      return result && { ...result, folder: place };
    });
    const summary: Summary = {
      schema: 1,
      task,
      preset,
      implanted: implanted ?? readContent(join(folder, SUMMARY), summarySchema).implanted,
      runs: results.filter((result) => result !== undefined),
    };
    await writeJson(join(folder, SUMMARY), summary);
    return summary;
  });
}

/** `runs.2.attack.steps: 6 there, 4 now` for the first few keys in which the runs of two sweeps differ. */
function differingRuns(there: readonly unknown[], now: readonly unknown[]): string[] {
  if (there.length !== now.length) return [`${there.length} runs there, ${now.length} now`];
  const all = now.flatMap((run, index) => differences(there[index], run, `runs.${index}`));
  return all.length > SHOWN ? [...all.slice(0, SHOWN), `${all.length - SHOWN} more`] : all;
}
