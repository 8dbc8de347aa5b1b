import { stat } from "node:fs/promises";
import { join } from "node:path";
import {
  evaluationSchema,
  progressSchema,
  type RunSummary,
  readRunConfig,
  runSummarySchema,
  summarySchema,
} from "lat-engine";
import { LatError, UsageError } from "lat-system";
import { z } from "zod";
import { readJson, readJsonLines, readVersioned } from "./json.ts";
import type { Implanted, MissingRun, Provenance, Study, StudyRun } from "./study.ts";

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
  const study = (await readSweep(directory)) ?? (await readSingleRun(directory));
  if (study) return study;
  throw new UsageError(
    `${directory} holds neither summary.json (a sweep) nor result.json (a run): give the folder that ` +
      "`lat sweep --out` or `lat run --out` wrote. A sweep or run that was stopped writes it when it is resumed.",
  );
}

async function readSweep(directory: string): Promise<Study | undefined> {
  const file = join(directory, "summary.json");
  const summary = await readVersioned(file, summarySchema, 1, "a sweep's summary");
  if (!summary) return undefined;
  if (summary.runs.length === 0) throw new LatError(`${file} lists no runs: there is nothing to report`);
  const { metrics, folder, wallSeconds } = summary.implanted;
  const request = await readJson(join(directory, "sweep.json"), requestSchema, "a sweep's request");
  const isThere = ({ method, epsilon, seed }: MissingRun) =>
    summary.runs.some((run) => run.method === method && run.epsilon === epsilon && run.seed === seed);
  return {
    kind: "sweep",
    task: summary.task,
    preset: summary.preset,
    provenance: request,
    implanted: { ...(await readOutputs(join(directory, folder))), metrics, wallSeconds },
    runs: await Promise.all(summary.runs.map((run) => readRun(join(directory, run.folder), run))),
    missing: (request?.runs ?? []).filter((run) => !isThere(run)),
  };
}

async function readSingleRun(directory: string): Promise<Study | undefined> {
  const result = await readJson(join(directory, "result.json"), runSummarySchema, "a run's result");
  if (!result) return undefined;
  const { task, preset } = readRunConfig(directory);
  return {
    kind: "run",
    task,
    preset,
    provenance: await readJson(join(directory, "meta.json"), provenanceSchema, "a run's record of its machine"),
    implanted: await readImplanted(join(directory, "implanted")),
    runs: [await readRun(directory, result)],
    missing: [],
  };
}

async function readRun(folder: string, summary: RunSummary): Promise<StudyRun> {
  const { samples, progress } = await readOutputs(folder);
  return { summary, samples, progress };
}

async function readImplanted(folder: string): Promise<Implanted | undefined> {
  const outputs = await readOutputs(folder);
  return outputs.metrics.length > 0 ? { ...outputs, wallSeconds: undefined } : undefined;
}

/** What training and evaluation left in a folder; a run that failed early left nothing. */
async function readOutputs(folder: string) {
  const [evaluation, progress] = await Promise.all([
    readJson(join(folder, "evaluation.json"), evaluationSchema, "an evaluation"),
    readJsonLines(join(folder, "metrics.jsonl"), progressSchema, "a training step"),
  ]);
  return { metrics: evaluation?.metrics ?? [], samples: evaluation?.samples ?? [], progress };
}
