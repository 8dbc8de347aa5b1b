import { disposeAll, type Tensor } from "lat-tensorflow";
import type { Attack, AttackReport } from "../attack/attack.ts";
import type { DrawContext } from "../attack/start.ts";
import type { State, Tensors } from "../model/model.ts";
import type { OptimizerState } from "../train/optimizer.ts";
import type { GradientSums, OuterStep, Updated } from "../train/update.ts";

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
 * the outer step then descends on the loss at the perturbed activations. Without a perturber it is plain fine-tuning.
 */
export function step(
  outer: OuterStep,
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
    const sums = outer.gradientSums(current, microBatch.batch, perturbations);
    disposeAll(perturbations);
    const before: GradientSums | undefined = total;
    total = before ? outer.accumulate(before, sums) : sums;
    if (before) disposeAll(before, sums);
  }
  const { attackValue, ...sums } = total!;
  const updated = outer.apply(parameters, state, sums, learningRate, number);
  disposeAll(sums);
  if (!attackValue) return { ...updated, reports };
  if (outer.comparable) return { ...updated, reports, attackValue };
  attackValue.dispose();
  return { ...updated, reports };
}
