import { join } from "node:path";
import type { Claim } from "lat-system";
import { MetricsFile } from "../records/metrics-file.ts";
import { type Trained, type TrainJob, train } from "../train/trainer.ts";
import type { RunOptions } from "./api.ts";
import type { Session } from "./session.ts";

/** Where a run's folder keeps what a killed training is continued from. */
export const CHECKPOINTS = "checkpoints";

/** Trains in a claimed folder: each step is a line of its `metrics.jsonl`, and the observer is told of it. */
export function trainIn(
  folder: string,
  { prepared, meter }: Session,
  job: Pick<TrainJob, "descent" | "perturber" | "parameters" | "examples" | "config" | "seed">,
  { observer, signal }: Pick<RunOptions, "observer" | "signal">,
  claim: Pick<Claim, "check">,
): Promise<Trained> {
  const { model, buckets, validation } = prepared;
  const metrics = new MetricsFile(folder);
  return train({
    ...{ model, buckets, validation, meter, signal },
    ...job,
    checkpoints: join(folder, CHECKPOINTS),
    onStart: (step) => metrics.keepUntil(step),
    onStep: (record, steps) => {
      claim.check();
      metrics.append(record);
      observer.progress(record.step, steps, `loss ${record.loss.toFixed(3)}`);
    },
    warn: (message) => observer.log("warn", message),
  });
}
