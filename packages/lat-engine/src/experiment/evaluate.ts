import { LatError } from "lat-system";
import type { Tensors } from "../model/model.ts";
import type { RunOptions } from "./api.ts";
import type { Session } from "./session.ts";
import { type Evaluation, evaluationSchema } from "./summary.ts";

/** Raised when a signal stops an evaluation, which is repeated from its beginning when the run is resumed. */
export class EvaluationAborted extends LatError {}

/** The task's evaluation of a network, checked against the contract: names, denominators, intervals, axes. */
export async function evaluateParameters(
  { prepared }: Session,
  parameters: Tensors,
  { observer, signal }: Pick<RunOptions, "observer" | "signal">,
): Promise<Evaluation> {
  const progress = (done: number, total: number, what: string): void => {
    if (signal?.aborted) throw new EvaluationAborted("the evaluation was interrupted");
    observer.progress(done, total, what);
  };
  const evaluation = evaluationSchema.safeParse(
    await prepared.evaluate(parameters, { progress, ...(signal ? { signal } : {}) }),
  );
  if (!evaluation.success)
    throw new LatError(`the task's evaluation breaks the contract of metrics: ${evaluation.error.message}`);
  return evaluation.data;
}
