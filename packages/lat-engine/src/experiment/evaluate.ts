import { LatError } from "lat-system";
import { validateContent } from "../configuration/validate.ts";
import { type Evaluation, evaluationSchema } from "../evaluate/evaluation.ts";
import type { Metric } from "../evaluate/metric.ts";
import type { Tensors } from "../model/model.ts";
import type { RunOptions } from "./api.ts";
import { InterruptedError } from "./interrupted.ts";
import type { Session } from "./session.ts";

/**
 * The task's evaluation of a network, checked against the contract: finite figures, names, denominators, intervals, axes.
 *
 * @throws InterruptedError where the signal came; the evaluation is repeated from its beginning when the run is resumed
 */
export async function evaluateParameters(
  { prepared }: Session,
  parameters: Tensors,
  { observer, signal }: Pick<RunOptions, "observer" | "signal">,
): Promise<Evaluation> {
  const progress = (done: number, total: number, what: string): void => {
    if (signal?.aborted) throw new InterruptedError("the evaluation was interrupted");
    observer.progress(done, total, what);
  };
  const warn = (message: string): void => observer.log("warn", message);
  const evaluation = await prepared.evaluate(parameters, { progress, warn, ...(signal ? { signal } : {}) });
  const spoiled = evaluation.metrics.filter(({ value, interval }) => ![value, ...interval].every(Number.isFinite));
  if (spoiled.length > 0) {
    throw new LatError(
      `the evaluation gives figures that are not finite: ${spoiled.map(inWords).join("; ")}. The network's outputs overflow or are NaN.`,
    );
  }
  return validateContent(evaluationSchema, evaluation, "the task's evaluation");
}

/** `loss/clean NaN [NaN, NaN]` */
function inWords({ name, value, interval: [low, high] }: Metric): string {
  return `${name} ${value} [${low}, ${high}]`;
}
