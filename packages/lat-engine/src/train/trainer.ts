import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { LatError } from "lat-system";
import { disposeAll, tf, tidy } from "lat-tensorflow";
import type { TrainConfig } from "../configuration/config.ts";
import type { LossMeter } from "../evaluate/loss-meter.ts";
import type { ExampleSet, HostBatch } from "../examples/example-set.ts";
import { toTensors } from "../examples/to-tensors.ts";
import type { Model, Tensors } from "../model/model.ts";
import { type Checkpoint, loadNewestCheckpoint, loadTensors, saveCheckpoint, saveTensors } from "./checkpoint.ts";
import type { Descent } from "./descent.ts";
import { initialState, optimizer } from "./optimizer.ts";
import { prefetch } from "./prefetch.ts";
import { Sampler } from "./sampler.ts";
import { learningRateAt } from "./schedule.ts";
import type { MicroBatch, Perturber } from "./step.ts";
import { advance } from "./step.ts";
import type { StepRecord } from "./step-record.ts";

/** Training stopped because a loss or a gradient, or a loss of an attack, was not finite. */
export class DivergedError extends LatError {}

export interface TrainJob {
  readonly model: Model;
  readonly descent: Descent;
  /** Absent: fine-tuning. */
  readonly perturber?: Perturber | undefined;
  /** Where training starts; the trainer does not dispose them. */
  readonly parameters: Tensors;
  readonly examples: ExampleSet;
  readonly buckets?: readonly number[] | undefined;
  /** Read only where the configuration validates. */
  readonly validation: ExampleSet;
  readonly meter: LossMeter;
  readonly config: TrainConfig;
  readonly seed: number;
  /** Checkpoints go here, and the newest there is continued. */
  readonly checkpoints: string;
  /** Called once, with the number of steps that are done already. */
  onStart(step: number, steps: number): void;
  onStep(record: StepRecord, steps: number): void;
  warn(message: string): void;
  readonly signal?: AbortSignal | undefined;
}

export interface Trained {
  /** Owned by the caller. */
  readonly parameters: Tensors;
  readonly interrupted: boolean;
}

/**
 * Trains: optimizer steps over an order of examples that only the seed decides. Called again with the folder of a
 * killed run, it continues from that run's newest checkpoint to the same bits.
 *
 * @throws DivergedError naming step and examples where a loss or gradient is not finite; the last good checkpoint stays
 */
export async function train(job: TrainJob): Promise<Trained> {
  const { config, descent, perturber, checkpoints, signal } = job;
  const sampler = new Sampler(job.examples, config, job.seed, job.buckets);
  const { steps } = sampler;
  const newest = loadNewestCheckpoint(checkpoints, job.warn);
  let { step, parameters, state, validation } = newest ?? beginning(job);
  const best = join(checkpoints, "best.safetensors");
  const save = (): Promise<void> => saveCheckpoint(checkpoints, { step, validation, parameters, state });
  const outOfPatience = (): boolean => config.patience !== null && (validation?.worse ?? 0) >= config.patience;
  const next = prefetch((at) => microBatchesOf(job, sampler, at), step, steps);

  try {
    job.onStart(step, steps);
    while (step < steps && !outOfPatience() && !signal?.aborted) {
      const learningRate = learningRateAt(step + 1, steps, config);
      const host = await next();
      const microBatches = tidy(() => host.map(toMicroBatch));
      const advanced = advance(descent, perturber, { parameters, state }, microBatches, learningRate, ++step);
      ({ parameters, state } = advanced);
      const { record } = advanced;
      if (!allFinite(record)) throw diverged(record, steps, sampler);
      const validates = config.validateEvery !== null && (step % config.validateEvery === 0 || step === steps);
      const loss = validates ? await validationLoss(job, parameters, step, steps) : undefined;
      if (loss !== undefined) {
        const improved = validation === null || loss < validation.bestLoss;
        validation = improved
          ? { bestLoss: loss, bestStep: step, worse: 0 }
          : { ...validation!, worse: validation!.worse + 1 };
        if (improved) await saveTensors(best, parameters);
      }
      job.onStep({ ...record, ...(loss !== undefined && { validationLoss: loss }) }, steps);
      if (step % config.checkpointEvery === 0 || step === steps) await save();
      // Lets timers, signals and the terminal run between steps.
      await setImmediate();
    }
    if (step < steps && !outOfPatience()) await save();
  } catch (error) {
    disposeAll(parameters, state);
    throw error;
  }
  const interrupted = step < steps && !outOfPatience();
  disposeAll(state);
  if (interrupted || validation === null) return { parameters, interrupted };
  disposeAll(parameters);
  return { parameters: loadTensors(best), interrupted };
}

function beginning({ model, config, parameters }: TrainJob): Checkpoint {
  const own = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, tf.clone(tensor)]));
  return { step: 0, validation: null, parameters: own, state: initialState(optimizer(model, config), own) };
}

/** A micro-batch on the host. */
export interface HostMicroBatch extends Pick<MicroBatch, "draws"> {
  readonly batch: HostBatch;
}

/** The micro-batches of an optimizer step (from 0). */
export function microBatchesOf(
  { examples, config, seed }: Pick<TrainJob, "examples" | "config" | "seed">,
  sampler: Sampler,
  step: number,
): Promise<HostMicroBatch[]> {
  const made = sampler.plan(step).map(async ({ indices, length, epoch }, micro) => ({
    batch: await examples.batch(indices, length, { seed, epoch }),
    draws: { seed, step, examples: indices.map((_, i) => micro * config.batchSize + i) },
  }));
  return Promise.all(made);
}

export function toMicroBatch({ batch, draws }: HostMicroBatch): MicroBatch {
  return { batch: toTensors(batch), draws };
}

/** Mean over the validation examples. */
async function validationLoss(
  { meter, validation }: TrainJob,
  parameters: Tensors,
  step: number,
  steps: number,
): Promise<number> {
  const losses = await meter.losses(parameters, validation);
  const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  if (Number.isFinite(loss)) return loss;
  throw new DivergedError(`training diverged by step ${step} of ${steps}: the validation loss is ${loss}`);
}

function allFinite({ loss, gradientNorm, attackLosses = [] }: StepRecord): boolean {
  return [loss, gradientNorm, ...attackLosses].every(Number.isFinite);
}

function diverged(
  { step, loss, gradientNorm, attackLosses }: StepRecord,
  steps: number,
  sampler: Sampler,
): DivergedError {
  const examples = sampler.plan(step - 1).flatMap(({ indices }) => indices);
  const attack = attackLosses ? `, attack loss ${attackLosses.join(" → ")}` : "";
  return new DivergedError(
    `training diverged at step ${step} of ${steps}: loss ${loss}, gradient norm ${gradientNorm}${attack}, on the examples ${examples.join(", ")}. ` +
      "Lower the learning rate or ε; --eager finds the operation that made the first NaN.",
  );
}
