import type { AttackConfig } from "../configuration/config.ts";

/** Norm of δ⁰ as a share of ε: the mean of it for `radial`; in many dimensions nearly all of the volume is at the boundary. */
const START: Readonly<Record<AttackConfig["start"], number>> = { zero: 0, radial: 0.5, uniform: 1, boundary: 1 };

/** c of a step of c · ε; undefined where the step is not in units of ε. */
export function relativeStep({ stepSize, steps }: Pick<AttackConfig, "stepSize" | "steps">): number | undefined {
  if (typeof stepSize === "number") return undefined;
  return stepSize === null ? 1 / Math.max(1, steps) : stepSize.relative;
}

/** The norm that T steps of η can give δ from where they start, were there no ball: where it is below ε, the ball is idle. */
export function reach(config: Pick<AttackConfig, "stepSize" | "steps" | "start">, epsilon: number): number {
  const relative = relativeStep(config);
  const step = relative === undefined ? (config.stepSize as number) : relative * epsilon;
  return START[config.start] * epsilon + config.steps * step;
}
