import { disposeAll, type Tensor, tf } from "lat-tensorflow";
import type { Attack, AttackReport } from "../attack/attack.ts";
import { columnMeans } from "../attack/diagnostics.ts";
import type { DrawContext } from "../attack/start.ts";
import type { State, Tensors } from "../model/model.ts";
import type { Descent, GradientSums, Updated } from "./descent.ts";
import type { OptimizerState } from "./optimizer.ts";
import type { StepRecord } from "./step-record.ts";

/** The perturbation that a method trains on: an attack on some sites, bounded by ε. */
export interface Perturber {
  readonly attack: Attack;
  /** Scalar tensor. */
  readonly epsilon: Tensor;
}

export interface MicroBatch {
  /** Owned by the caller. */
  readonly batch: State;
  readonly draws: DrawContext;
}

export interface StepResult extends Updated {
  /**
   * Mean over the last micro-batch's examples of the attack's objective at δ. Absent without an attack, and where the
   * attack ascended on the network in the other mode of batch norm: its values along the way are then not comparable.
   */
  readonly attackValue?: Tensor;
  /** One for each micro-batch that was attacked. */
  readonly reports: readonly (AttackReport | undefined)[];
}

/**
 * One iteration of Algorithm 1 (Casper et al. 2025): for each micro-batch the inner maximisation finds δ with θ fixed;
 * the outer minimisation then descends on the loss at the perturbed activations. Without a perturber it is plain
 * fine-tuning.
 */
export function step(
  descent: Descent,
  perturber: Perturber | undefined,
  parameters: Tensors,
  state: OptimizerState,
  microBatches: readonly MicroBatch[],
  learningRate: Tensor,
  number: Tensor,
): StepResult {
  const reports: (AttackReport | undefined)[] = [];
  const maximise = (current: Tensors, { batch, draws }: MicroBatch) => {
    if (!perturber) return {};
    const { perturbations, report } = perturber.attack.run(current, batch, perturber.epsilon, draws);
    reports.push(report);
    return perturbations;
  };

  let total: GradientSums | undefined;
  for (const microBatch of microBatches) {
    const current: Tensors = { ...parameters, ...total?.statistics };
    const perturbations = maximise(current, microBatch);
    const sums = descent.gradientSums(current, microBatch.batch, perturbations);
    disposeAll(perturbations);
    const before: GradientSums | undefined = total;
    total = before ? descent.accumulate(before, sums) : sums;
    if (before) disposeAll(before, sums);
  }
  const { attackValue, ...sums } = total!;
  const updated = descent.apply(parameters, state, sums, learningRate, number);
  disposeAll(sums);
  if (!attackValue) return { ...updated, reports };
  if (descent.comparable) return { ...updated, reports, attackValue };
  attackValue.dispose();
  return { ...updated, reports };
}

/** What training changes from step to step. */
export interface TrainState {
  readonly parameters: Tensors;
  readonly state: OptimizerState;
}

/**
 * Takes a step in the place of the state that it starts from: `from` and the micro-batches are disposed of, and what the
 * step reports is read as numbers.
 *
 * @param number of this step, from 1
 */
export function advance(
  descent: Descent,
  perturber: Perturber | undefined,
  from: TrainState,
  microBatches: readonly MicroBatch[],
  learningRate: number,
  number: number,
): TrainState & { readonly record: StepRecord } {
  const scalars = [tf.scalar(learningRate), tf.scalar(number)] as const;
  const result = step(descent, perturber, from.parameters, from.state, microBatches, ...scalars);
  disposeAll(
    from,
    microBatches.map(({ batch }) => batch),
    scalars,
  );
  const { parameters, state } = result;
  return { parameters, state, record: readRecord(result, number, learningRate) };
}

/** Reads what a step reports, and disposes of the tensors that report it. */
function readRecord({ loss, gradientNorm, attackValue, reports }: StepResult, step: number, learningRate: number) {
  const read = (tensor: Tensor): number => {
    const value = tensor.dataSync()[0]!;
    tensor.dispose();
    return value;
  };
  const record: StepRecord = { step, loss: read(loss), gradientNorm: read(gradientNorm), learningRate };
  const done = reports.filter((report) => report !== undefined);
  const attackLosses = [...columnMeans(done.map(({ values }) => values)), ...(attackValue ? [read(attackValue)] : [])];
  if (attackLosses.length === 0) return record;
  const shares = columnMeans(done.map((report) => report.shares)) as [number, number, number];
  return { ...record, attackLosses, ...(done.length > 0 ? { attackShares: shares } : {}) };
}
