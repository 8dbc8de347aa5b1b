import { disposeAll, type Tensor, tf, tidy } from "lat-tensorflow";
import type { Attack, AttackReport } from "../attack/attack.ts";
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
  /** Means over the micro-batches of what their attacks report: T + 1 values, and shares. Absent without an attack. */
  readonly attacked?: AttackReport;
}

/**
 * One iteration of Algorithm 1 (Casper et al. 2025): for each micro-batch the inner maximisation finds δ with θ fixed;
 * the outer minimisation then descends on the loss at the perturbed activations. Without a perturber it is plain
 * fine-tuning. No value is read. Where it throws, nothing of it stays in memory.
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
  return tidy(() => {
    const reports: AttackReport[] = [];
    const measureLast = !descent.measuresAttack;
    let total: GradientSums | undefined;
    for (const { batch, draws } of microBatches) {
      const current: Tensors = { ...parameters, ...total?.statistics };
      const attacked = perturber?.attack.run(current, batch, perturber.epsilon, draws, { measureLast });
      const sums = descent.gradientSums(current, batch, attacked?.perturbations ?? {});
      disposeAll(attacked?.perturbations);
      if (attacked) reports.push(measureLast ? attacked.report : withLast(attacked.report, sums.attackValue!));
      const before: GradientSums | undefined = total;
      total = before ? descent.accumulate(before, sums, attacked !== undefined) : sums;
      if (before) disposeAll(before, sums);
    }
    const { attackValue: _, ...sums } = total!;
    const updated = descent.apply(parameters, state, sums, learningRate, number);
    return reports.length > 0 ? { ...updated, attacked: meanReport(reports) } : updated;
  });
}

function withLast({ values, ...rest }: AttackReport, last: Tensor): AttackReport {
  return { ...rest, values: [...values, tf.clone(last)] };
}

function meanReport(reports: readonly AttackReport[]): AttackReport {
  const mean = (tensors: readonly Tensor[]): Tensor => tf.mean(tf.stack([...tensors]), 0);
  const shares = reports.flatMap((report) => report.shares ?? []);
  return {
    values: reports[0]!.values.map((_, t) => mean(reports.map(({ values }) => values[t]!))),
    ...(shares.length > 0 && { shares: mean(shares) }),
  };
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
  let result: StepResult;
  try {
    result = step(descent, perturber, from.parameters, from.state, microBatches, ...scalars);
  } finally {
    disposeAll(
      from,
      microBatches.map(({ batch }) => batch),
      scalars,
    );
  }
  const { parameters, state } = result;
  return { parameters, state, record: readRecord(result, number, learningRate) };
}

/** Reads what a step reports, all at once, and disposes of the tensors that report it. */
function readRecord({ loss, gradientNorm, attacked }: StepResult, step: number, learningRate: number): StepRecord {
  const { values = [], shares } = attacked ?? {};
  const reported = [loss, gradientNorm, ...values, ...(shares ? [shares] : [])];
  const numbers = tf.tidy(() => [...tf.concat(reported.map((tensor) => tf.reshape(tensor, [-1]))).dataSync()]);
  disposeAll(reported);
  const record: StepRecord = { step, loss: numbers[0]!, gradientNorm: numbers[1]!, learningRate };
  if (values.length === 0) return record;
  const [attackLosses, attackShares] = [numbers.slice(2, 2 + values.length), numbers.slice(2 + values.length)];
  return { ...record, attackLosses, ...(shares && { attackShares: attackShares as [number, number, number] }) };
}
