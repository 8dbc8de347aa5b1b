import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readRunConfig } from "lat-engine/experiment";
import {
  evaluationSchema,
  type RunSummary,
  readContentIfThere,
  readContentLines,
  runSummarySchema,
  stepRecordSchema,
  summarySchema,
} from "lat-engine/records";
import { LatError, UsageError } from "lat-system";
import { z } from "zod";
import type { ImplantedRecord, MissingRun, Provenance, Study, StudyRun } from "./study.ts";

const provenanceSchema = z.object({
  description: z.string().optional(),
  header: z.string().optional(),
  command: z.string(),
  device: z.object({
    computesOn: z.enum(["cpu", "gpu"]),
    cpu: z.string(),
    threads: z.number(),
    memoryBytes: z.number(),
  }),
  versions: z.record(z.string(), z.string()),
  gitRevision: z.string().nullable(),
  started: z.string(),
}) satisfies z.ZodType<Provenance>;

const requestSchema = provenanceSchema.extend({
  runs: z.array(runSummarySchema.pick({ method: true, epsilon: true, seed: true })),
});

/** Reads the folder of a sweep (`summary.json`) or of one run (`result.json`). */
export async function readStudy(directory: string): Promise<Study> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(`${directory} is ${found ? "a file" : "not there"}: give the folder of a sweep or of a run`);
  }
  const study = readSweep(directory) ?? readSingleRun(directory);
  if (study) return study;
  throw new UsageError(
    `${directory} holds neither summary.json (a sweep) nor result.json (a run): give the folder that ` +
      "`lat sweep --out` or `lat run --out` wrote. A sweep or run that was stopped writes it when it is resumed.",
  );
}

function readSweep(directory: string): Study | undefined {
  const file = join(directory, "summary.json");
  const summary = readContentIfThere(file, summarySchema);
  if (!summary) return undefined;
  if (summary.runs.length === 0) throw new LatError(`${file} lists no runs: there is nothing to report`);
  const { metrics, folder, wallSeconds } = summary.implanted;
  const request = readContentIfThere(join(directory, "sweep.json"), requestSchema);
  const isThere = ({ method, epsilon, seed }: MissingRun) =>
    summary.runs.some((run) => run.method === method && run.epsilon === epsilon && run.seed === seed);
  return {
    kind: "sweep",
    task: summary.task,
    preset: summary.preset,
    provenance: request,
    implanted: { ...readOutputs(join(directory, folder)), metrics, wallSeconds },
    runs: summary.runs.map((run) => readRun(join(directory, run.folder), run)),
    missing: (request?.runs ?? []).filter((run) => !isThere(run)),
  };
}

function readSingleRun(directory: string): Study | undefined {
  const result = readContentIfThere(join(directory, "result.json"), runSummarySchema);
  if (!result) return undefined;
  const { task, preset } = readRunConfig(directory);
  return {
    kind: "run",
    task,
    preset,
    provenance: readContentIfThere(join(directory, "meta.json"), provenanceSchema),
    implanted: readImplanted(join(directory, "implanted")),
    runs: [readRun(directory, result)],
    missing: [],
  };
}

function readRun(folder: string, summary: RunSummary): StudyRun {
  const { samples, progress } = readOutputs(folder);
  return { summary, samples, progress };
}

function readImplanted(folder: string): ImplantedRecord | undefined {
  const outputs = readOutputs(folder);
  return outputs.metrics.length > 0 ? { ...outputs, wallSeconds: undefined } : undefined;
}

/** What training and evaluation left in a folder; a run that failed early left nothing. */
function readOutputs(folder: string) {
  const evaluation = readContentIfThere(join(folder, "evaluation.json"), evaluationSchema);
  const progress = readContentLines(join(folder, "metrics.jsonl"), stepRecordSchema);
  return { metrics: evaluation?.metrics ?? [], samples: evaluation?.samples ?? [], progress };
}
