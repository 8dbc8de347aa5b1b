// To read what experiments left on the disk: the schemas of their files.

export { type MethodName, type RunConfig, runConfigSchema } from "../configuration/config.ts";
export {
  contentLines,
  parseContent,
  readContent,
  readContentIfThere,
  readContentLines,
} from "../configuration/content.ts";
export { type Evaluation, evaluationSchema, type Sample } from "../evaluate/evaluation.ts";
export type { Metric } from "../evaluate/metric.ts";
export { type StepRecord, stepRecordSchema } from "../train/step-record.ts";
export * from "./summary.ts";
