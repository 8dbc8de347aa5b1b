import type { StepRecord } from "lat-engine/records";
import { mean } from "./combine.ts";

/** A point of a training curve: means over consecutive steps. */
export interface CurvePoint {
  /** The last step of those averaged. */
  readonly step: number;
  readonly loss: number;
  /** Attack loss before the first and after the last ascent; absent without an attack. */
  readonly attack?: { readonly before: number; readonly after: number };
}

/** At most `most` points: each the mean of equally many consecutive steps (the last one of what is left). */
export function trainingCurve(progress: readonly StepRecord[], most = 120): CurvePoint[] {
  const size = Math.max(1, Math.ceil(progress.length / most));
  return Array.from({ length: Math.ceil(progress.length / size) }, (_, index) => {
    const steps = progress.slice(index * size, (index + 1) * size);
    const attacks = steps.map((step) => step.attackLosses ?? []).filter((losses) => losses.length > 0);
    const point = { step: steps.at(-1)!.step, loss: mean(steps.map((step) => step.loss)) };
    if (attacks.length === 0) return point;
    const before = mean(attacks.map((losses) => losses[0]!));
    const after = mean(attacks.map((losses) => losses.at(-1)!));
    return { ...point, attack: { before, after } };
  });
}
