import { z } from "zod";

/** What one run's attack did, averaged over the run's training steps. An attack that did not raise the loss is warned of. */
export const attackSummarySchema = z.object({
  ascents: z.number().int().nonnegative(),
  /** Mean loss per example of the clean activations' neighbours where the attack started, after each ascent, and at its end. */
  lossByAscent: z.array(z.number()),
  lossBefore: z.number(),
  lossAfter: z.number(),
  zeroGradientShare: z.number(),
  nonFiniteGradientShare: z.number(),
  /** The norm that the ascents' steps can give δ from where they start; absent in runs of before it was stated. */
  reach: z.number().optional(),
  /** Share of perturbations whose norm reached ε (within 1 %). */
  boundaryShare: z.number(),
  warnings: z.array(z.string()),
});
export type AttackSummary = z.infer<typeof attackSummarySchema>;

/** What one training step says of its attack, as `stepRecordSchema` has it. */
export interface AttackedStep {
  readonly attackLosses?: readonly number[] | undefined;
  readonly attackShares?: readonly [number, number, number] | undefined;
}

/** An attack that raises its objective by less than this share is called ineffective. */
const EFFECTIVE = 1e-3;
/** Share of zero or non-finite gradients above which the attack is called broken. */
const TOLERATED = 0.01;

/** The norm that a run's ascents can reach, and its bound. */
export interface Reach {
  readonly reach: number;
  readonly epsilon: number;
}

/**
 * Averages what a run's training steps say of their attacks, and says loudly when these were too weak to mean anything.
 * Undefined where no step was attacked.
 */
export function summarizeAttacks(steps: readonly AttackedStep[], { reach, epsilon }: Reach): AttackSummary | undefined {
  const attacked = steps.flatMap(({ attackLosses }) => (attackLosses ? [attackLosses] : []));
  if (attacked.length === 0) return undefined;
  const lossByAscent = columnMeans(attacked);
  const shares = steps.flatMap(({ attackShares }) => (attackShares ? [attackShares] : []));
  const [zeroGradientShare = 0, nonFiniteGradientShare = 0, boundaryShare = 0] = columnMeans(shares);
  const [lossBefore, lossAfter] = [lossByAscent[0]!, lossByAscent.at(-1)!];
  const ascents = lossByAscent.length - 1;
  const warnings: string[] = [];
  if (ascents > 0 && !(lossAfter > lossBefore + EFFECTIVE * Math.abs(lossBefore))) {
    warnings.push(
      `the attack did not raise the loss: ${lossBefore.toFixed(4)} before, ${lossAfter.toFixed(4)} after ${ascents} ascents`,
    );
  }
  // Steps that add up to exactly ε may miss it by a rounding.
  if (ascents > 0 && reach < epsilon * (1 - 1e-6)) {
    warnings.push(
      `the attack cannot reach its bound: ${ascents} ascents come to a norm of ${Number(reach.toPrecision(3))}, ε is ${epsilon}; raise attack.stepSize or attack.steps`,
    );
  }
  if (zeroGradientShare > TOLERATED) warnings.push(`${percent(zeroGradientShare)} of the attack's gradients were zero`);
  if (nonFiniteGradientShare > TOLERATED)
    warnings.push(`${percent(nonFiniteGradientShare)} of the attack's gradients were not finite`);
  return {
    ascents,
    lossByAscent,
    lossBefore,
    lossAfter,
    zeroGradientShare,
    nonFiniteGradientShare,
    reach,
    boundaryShare,
    warnings,
  };
}

/** The mean of each column of rows of equal length. */
function columnMeans(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
