// To write a task: the contract, and what most tasks need for their data and their evaluation.
export { readContent } from "../configuration/content.ts";
export { auroc } from "../evaluate/auroc.ts";
export type { Evaluation, Sample } from "../evaluate/evaluation.ts";
export { type ExampleMeter, exampleMeter } from "../evaluate/example-meter.ts";
export { bootstrapInterval, bootstrapStatistic, wilsonInterval } from "../evaluate/interval.ts";
export type { LossMeter } from "../evaluate/loss-meter.ts";
export type { Metric } from "../evaluate/metric.ts";
export { shareMetric } from "../evaluate/share-metric.ts";
export { type Labelled, labelledExamples } from "../examples/labelled.ts";
export { type Distinct, distinct, groupAlike, textKey, valuesKey, withoutContradictions } from "./content.ts";
export { randomSplit } from "./split.ts";
export {
  defineTask,
  type EvaluateContext,
  type Member,
  type Poisoning,
  type PrepareContext,
  type Prepared,
  type Preset,
  type Task,
} from "./task.ts";
