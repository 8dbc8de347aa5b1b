// To train with the library: networks with sites, attacks on them, Algorithm 1 and the trainer around it.
export { type Attack, type AttackResult, attack } from "./attack/attack.ts";
export { type DrawContext, drawStart } from "./attack/start.ts";
export {
  type AttackConfig,
  type AttackSettings,
  attackSchema,
  type TrainConfig,
  trainSchema,
} from "./configuration/config.ts";
export { lossMeter } from "./evaluate/loss-meter.ts";
export { bucketOf, chunks } from "./examples/batches.ts";
export type { ExampleSet, HeldExamples, HostBatch } from "./examples/example-set.ts";
export { toTensors } from "./examples/to-tensors.ts";
export { initialize } from "./model/initialize.ts";
export * from "./model/model.ts";
export type { LabelLikelihood, Network } from "./model/network.ts";
export { forward, type Perturbations, prefix, suffix } from "./model/run.ts";
export { resolveSites } from "./model/sites.ts";
export { objectives, type PerExample, perExample } from "./objective/objective.ts";
export { type Descent, descent } from "./train/descent.ts";
export { initialState, type Optimizer, type OptimizerState, optimizer } from "./train/optimizer.ts";
export { prefetch } from "./train/prefetch.ts";
export { advance, type MicroBatch, type Perturber, step, type TrainState } from "./train/step.ts";
export { type Trained, type TrainJob, train } from "./train/trainer.ts";
