import { disposeAll, type Tensor, tf } from "lat-tensorflow";
import { columnMeans } from "../attack/diagnostics.ts";
import type { Progress } from "../experiment/summary.ts";
import { type MicroBatch, type Perturber, type StepResult, step as takeStep } from "../method/step.ts";
import type { Tensors } from "../model/model.ts";
import type { OptimizerState } from "./optimizer.ts";
import type { OuterStep } from "./update.ts";

/** What training changes from step to step. */
export interface TrainState {
  readonly parameters: Tensors;
  readonly state: OptimizerState;
}

/**
 * One optimizer step, and what it reports as numbers. `from` and the micro-batches are disposed of.
 *
 * @param number of this step, from 1
 */
export function advance(
  outer: OuterStep,
  perturber: Perturber | undefined,
  from: TrainState,
  microBatches: readonly MicroBatch[],
  learningRate: number,
  number: number,
): TrainState & { readonly progress: Progress } {
  const scalars = [tf.scalar(learningRate), tf.scalar(number)] as const;
  const result = takeStep(outer, perturber, from.parameters, from.state, microBatches, ...scalars);
  disposeAll(
    from,
    microBatches.map(({ batch }) => batch),
    scalars,
  );
  const { parameters, state } = result;
  return { parameters, state, progress: readProgress(result, number, learningRate) };
}

/** Reads what a step reports, and disposes of the tensors that report it. */
function readProgress(
  { loss, gradientNorm, attackValue, reports }: StepResult,
  step: number,
  learningRate: number,
): Progress {
  const read = (tensor: Tensor): number => {
    const value = tensor.dataSync()[0]!;
    tensor.dispose();
    return value;
  };
  const progress = { step, loss: read(loss), gradientNorm: read(gradientNorm), learningRate };
  const done = reports.filter((report) => report !== undefined);
  const attackLosses = [...columnMeans(done.map(({ values }) => values)), ...(attackValue ? [read(attackValue)] : [])];
  if (attackLosses.length === 0) return progress;
  const shares = columnMeans(done.map((report) => report.shares)) as [number, number, number];
  return { ...progress, attackLosses, ...(done.length > 0 ? { attackShares: shares } : {}) };
}
