import { disposeAll } from "lat-tensorflow";
import type { RunConfig, TrainConfig } from "../configuration/config.ts";
import type { ExampleSet } from "../examples/example-set.ts";
import { initialize } from "../model/initialize.ts";
import type { Observer } from "../records/observer.ts";
import { silent } from "../records/observer.ts";
import type { Prepared, Task } from "../task/task.ts";
import { Sampler } from "../train/sampler.ts";
import type { Estimate } from "./api.ts";
import { isImplanted } from "./implant.ts";
import { Session } from "./session.ts";
import { stepClock } from "./step-clock.ts";

/** Seconds after which nothing more is timed. */
const BUDGET = 2;
/** A forward pass beside a training step. */
const FORWARD = 1 / 3;

/**
 * What the runs will take, from real steps timed on an untrained network; evaluations are told by their size. After the
 * data are prepared this takes a few seconds at most; it writes nothing. Not counted is what compiling takes: seconds for
 * each kind of step and length where XLA does it, in transformers.
 */
export async function estimate(
  task: Task<never>,
  configs: readonly RunConfig[],
  observer: Observer = silent,
): Promise<Estimate> {
  const began = performance.now();
  const session = await Session.open(task, configs[0]!, observer);
  const { prepared, inputs } = session;
  const opened = performance.now();
  // Compiling by XLA takes longer than all of this is to take, and its steps are not that much faster.
  const quick = new Session({ ...prepared, model: { ...prepared.model, xla: false } });
  const parameters = prepared.initialParameters?.() ?? initialize(prepared.model, 0);
  const clock = stepClock(quick, parameters, opened + BUDGET * 1000);
  const stepsOf = (examples: ExampleSet, train: TrainConfig) => new Sampler(examples, train, 0, prepared.buckets).steps;
  try {
    const { implant, defend } = configs[0]!;
    const perExample = (await clock.plain(prepared.defend, defend)) / (defend.batchSize * defend.accumulate);
    const trainings: { readonly steps: number; readonly perStep: number }[] = [];
    for (const config of configs) {
      trainings.push({ steps: stepsOf(prepared.defend, config.defend), perStep: await clock.of(config) });
    }
    if (prepared.implant && implant && !isImplanted(task, configs[0]!, inputs)) {
      const perStep = await clock.plain(prepared.implant, implant);
      trainings.push({ steps: stepsOf(prepared.implant, implant), perStep });
    }
    const evaluation = evaluationCost(prepared) * perExample;
    return {
      runs: configs.length,
      steps: trainings.reduce((sum, { steps }) => sum + steps, 0),
      seconds: trainings.reduce(
        (sum, { steps, perStep }) => sum + steps * perStep + evaluation,
        (opened - began) / 1000,
      ),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    disposeAll(parameters);
    quick.close();
    session.close();
  }
}

/** How many training steps of one example an evaluation takes as long as. */
function evaluationCost({ evaluationCost, cases }: Prepared): number {
  return evaluationCost ?? FORWARD * Object.values(cases).reduce((sum, count) => sum + count, 0);
}
