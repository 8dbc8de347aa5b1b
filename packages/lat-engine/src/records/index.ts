// To read what experiments left on the disk: runs, sweeps, and what they were of.

export type { MethodName, RunConfig } from "../configuration/config.ts";
export type { Evaluation, Sample } from "../evaluate/evaluation.ts";
export type { Metric } from "../evaluate/metric.ts";
export type { StepRecord } from "../train/step-record.ts";
export { readRunConfig } from "./folder.ts";
export { refuseMixedInputs } from "./inputs.ts";
export { type Provenance, readMeta } from "./meta.ts";
export { readSteps } from "./metrics-file.ts";
export { readEvaluation, readResult } from "./results.ts";
export { labelOf } from "./run-name.ts";
export { type RunSummary, runSummarySchema, type Summary, summarySchema } from "./summary.ts";
export { readSummary, readSweep } from "./sweep-folder.ts";
