import { statSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "lat-system";
import type { z } from "zod";
import { readContentIfThere } from "../configuration/content.ts";
import { type Evaluation, evaluationSchema } from "../evaluate/evaluation.ts";
import { MetricsFile } from "./metrics-file.ts";
import { type RunSummary, runSummarySchema } from "./summary.ts";

const RESULT = "result.json";
export const EVALUATION = "evaluation.json";

/** `result.json`: all that is known of a run but its metrics, which `evaluation.json` alone holds. */
const resultSchema = runSummarySchema.omit({ metrics: true });

/** What a run's folder says came of it; undefined where it says nothing yet. */
export function readResult(folder: string): RunSummary | undefined {
  const result: z.infer<typeof resultSchema> | undefined = readContentIfThere(join(folder, RESULT), resultSchema);
  if (!result) return undefined;
  const metrics = result.status === "complete" ? (readEvaluation(folder)?.metrics ?? []) : [];
  return { ...result, metrics };
}

export async function writeResult(folder: string, { metrics: _, ...result }: RunSummary): Promise<void> {
  await writeJson(join(folder, RESULT), result);
}

/** What a network was measured at, with single cases; undefined where it was not measured. */
export function readEvaluation(folder: string): Evaluation | undefined {
  return readContentIfThere(join(folder, EVALUATION), evaluationSchema);
}

export async function writeEvaluation(folder: string, evaluation: Evaluation): Promise<void> {
  await writeJson(join(folder, EVALUATION), evaluation);
  new MetricsFile(folder).evaluated(evaluation.metrics);
}

/** When a folder's result was written, to tell it from a later one; undefined where there is none. */
export function resultTime(folder: string): number | undefined {
  return statSync(join(folder, RESULT), { throwIfNoEntry: false })?.mtimeMs;
}
