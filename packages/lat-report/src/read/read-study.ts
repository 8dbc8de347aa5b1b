import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type RunSummary,
  readEvaluation,
  readMeta,
  readResult,
  readRunConfig,
  readSteps,
  readSummary,
  readSweep,
  refuseMixedInputs,
} from "lat-engine/records";
import { LatError, UsageError } from "lat-system";
import type { ImplantedRecord, MissingRun, Study, StudyRun } from "./study.ts";

/** Reads the folder of a sweep (`summary.json`) or of one run (`result.json`). */
export async function readStudy(directory: string): Promise<Study> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(`${directory} is ${found ? "a file" : "not there"}: give the folder of a sweep or of a run`);
  }
  const study = readWholeSweep(directory) ?? readSingleRun(directory);
  if (study) return study;
  throw new UsageError(
    `${directory} holds neither summary.json (a sweep) nor result.json (a run): give the folder that ` +
      "`lat sweep --out` or `lat run --out` wrote. A sweep or run that was stopped writes it when it is resumed.",
  );
}

/** @throws LatError where runs of the sweep are of different data, or figures of one are not those of its evaluation */
function readWholeSweep(directory: string): Study | undefined {
  const summary = readSummary(directory);
  if (!summary) return undefined;
  if (summary.runs.length === 0)
    throw new LatError(`${join(directory, "summary.json")} lists no runs: there is nothing to report`);
  const { metrics, folder, wallSeconds } = summary.implanted;
  const asked = readSweep(directory);
  const isThere = ({ method, epsilon, seed }: MissingRun) =>
    summary.runs.some((run) => run.method === method && run.epsilon === epsilon && run.seed === seed);
  refuseMixedInputs([directory, ...summary.runs.map((run) => join(directory, run.folder))]);
  return {
    kind: "sweep",
    task: summary.task,
    preset: summary.preset,
    provenance: asked,
    implanted: { ...readOutputs(join(directory, folder)), metrics, wallSeconds },
    runs: summary.runs.map((run) => readRun(join(directory, run.folder), run)),
    missing: (asked?.runs ?? []).filter((run) => !isThere(run)),
  };
}

function readSingleRun(directory: string): Study | undefined {
  const result = readResult(directory);
  if (!result) return undefined;
  const { task, preset } = readRunConfig(directory);
  return {
    kind: "run",
    task,
    preset,
    provenance: readMeta(directory),
    implanted: readImplanted(join(directory, "implanted")),
    runs: [readRun(directory, result)],
    missing: [],
  };
}

function readRun(folder: string, summary: RunSummary): StudyRun {
  const { metrics, samples, progress } = readOutputs(folder);
  if (summary.status === "complete" && !isDeepStrictEqual(metrics, summary.metrics)) {
    throw new LatError(
      `the summary's figures of ${folder} are not those of its evaluation.json: \`lat evaluate ${folder}\` makes both anew`,
    );
  }
  return { summary, samples, progress };
}

function readImplanted(folder: string): ImplantedRecord | undefined {
  const outputs = readOutputs(folder);
  return outputs.metrics.length > 0 ? { ...outputs, wallSeconds: undefined } : undefined;
}

/** What training and evaluation left in a folder; a run that failed early left nothing. */
function readOutputs(folder: string) {
  const evaluation = readEvaluation(folder);
  return { metrics: evaluation?.metrics ?? [], samples: evaluation?.samples ?? [], progress: readSteps(folder) };
}
