import { LatError } from "lat-system";
import { type Tensor, tf } from "lat-tensorflow";
import { validateContent } from "../configuration/validate.ts";
import { type Evaluation, evaluationSchema } from "../evaluate/evaluation.ts";
import type { Metric } from "../evaluate/metric.ts";
import type { Tensors } from "../model/model.ts";
import type { RunOptions } from "./api.ts";
import { InterruptedError } from "./interrupted.ts";
import type { Session } from "./session.ts";

/**
 * The task's evaluation of a network of finite parameters, checked against the contract: finite figures, names, denominators, intervals, axes.
 *
 * @throws InterruptedError where the signal came; the evaluation is repeated from its beginning when the run is resumed
 */
export async function evaluateParameters(
  { prepared }: Session,
  parameters: Tensors,
  { observer, signal }: Pick<RunOptions, "observer" | "signal">,
): Promise<Evaluation> {
  const spoiledParameter = Object.keys(parameters).find((name) => !allFinite(parameters[name]!));
  if (spoiledParameter !== undefined) {
    throw new LatError(
      `the network's parameter ${spoiledParameter} holds values that are not finite, with which any class can come out; was it in a file of weights?`,
    );
  }
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

function allFinite(tensor: Tensor): boolean {
  return tf.tidy(() => tf.all(tf.isFinite(tf.cast(tensor, "float32"))).dataSync()[0] === 1);
}

/** `loss/clean NaN [NaN, NaN]` */
function inWords({ name, value, interval: [low, high] }: Metric): string {
  return `${name} ${value} [${low}, ${high}]`;
}
