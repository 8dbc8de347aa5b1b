import { randomNormal, randomUniform, type Tensor, tf, tidy } from "lat-tensorflow";
import type { Ball } from "../ball/ball.ts";
import type { Scope } from "../ball/scope.ts";
import type { AttackConfig } from "../configuration/config.ts";
import type { Site } from "../model/model.ts";

/** Which examples of which step a draw is for: the draw of an example does not depend on the batch around it. */
export interface DrawContext {
  readonly seed: number;
  readonly step: number;
  /** Number of each example within its optimizer step. */
  readonly examples: readonly number[];
}

/** The random numbers of a start: N(0, 1) of the activation's shape, and one U(0, 1) for each ball. */
export interface StartDraws {
  readonly normal: Tensor;
  readonly uniform: Tensor;
}

export function drawStart(
  site: Site,
  shape: readonly number[],
  scope: Scope,
  restart: number,
  { seed, step, examples }: DrawContext,
): StartDraws {
  const one = (kind: string, draw: typeof randomNormal, size: readonly number[]): Tensor =>
    tf.stack(examples.map((index) => draw(size, { seed, stream: `${kind} ${site.name} ${restart}`, step, index })));
  const balls = shape.slice(1).map((size, axis) => (scope === "token" && axis === 0 ? size : 1));
  return tf.tidy(() => ({
    normal: one("start", randomNormal, shape.slice(1)),
    uniform: one("radius", randomUniform, balls),
  }));
}

/** One U(0, 1) for each example, which its target is drawn by: [example]. */
export function drawTargets({ seed, step, examples }: DrawContext): Tensor {
  return tidy(() => tf.concat(examples.map((index) => randomUniform([1], { seed, stream: "target", step, index }))));
}

/** δ⁰ inside the ball of radius ε. */
export function startPoint(
  start: AttackConfig["start"],
  ball: Ball,
  { normal, uniform }: StartDraws,
  epsilon: Tensor,
): Tensor {
  switch (start) {
    case "zero":
      return tf.zerosLike(normal);
    case "radial":
      return tf.mul(ball.direction(normal), tf.mul(uniform, epsilon));
    case "uniform":
      return tf.mul(ball.randomPoint(normal, uniform), epsilon);
    case "boundary":
      return tf.mul(ball.direction(normal), epsilon);
  }
}
