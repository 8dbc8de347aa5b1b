import { disposeAll, tf } from "lat-tensorflow";
import type { RunConfig } from "../configuration/config.ts";
import { type AttackConfig, attackSchema, type TrainConfig } from "../configuration/config.ts";
import type { ExampleSet } from "../examples/example-set.ts";
import { initialize } from "../model/initialize.ts";
import type { Observer } from "../records/observer.ts";
import { silent } from "../records/observer.ts";
import type { Task } from "../task/task.ts";
import { initialState, optimizer } from "../train/optimizer.ts";
import { prefetch } from "../train/prefetch.ts";
import { Sampler } from "../train/sampler.ts";
import { step } from "../train/step.ts";
import { microBatchesOf, toMicroBatch } from "../train/trainer.ts";
import type { Estimate } from "./api.ts";
import { evaluateParameters } from "./evaluate.ts";
import { isImplanted } from "./implant.ts";
import { Session } from "./session.ts";

/** Steps that are timed of each kind, after one that compiles. */
const TIMED = 3;

/** What one training takes. */
interface Timing {
  readonly steps: number;
  readonly seconds: number;
}

/**
 * What the runs will take, measured rather than guessed: the data is prepared, a few real steps of every kind are timed
 * on an untrained network, and it is evaluated once. Takes some seconds; writes nothing.
 */
export async function estimate(
  task: Task<never>,
  configs: readonly RunConfig[],
  observer: Observer = silent,
): Promise<Estimate> {
  const session = await Session.open(task, configs[0]!, observer);
  const { prepared } = session;
  const parameters = prepared.initialParameters?.() ?? initialize(prepared.model, 0);
  const perStep = new Map<string, number>();

  async function timed(
    examples: ExampleSet,
    train: TrainConfig,
    attackConfig: AttackConfig,
    run: RunConfig | undefined,
  ): Promise<Timing> {
    const sampler = new Sampler(examples, train, 0, prepared.buckets);
    const key = JSON.stringify([train, run && [run.sites, run.attack]]);
    if (!perStep.has(key)) {
      const rule = optimizer(prepared.model, train);
      const state = initialState(rule, parameters);
      const perturber = run && {
        attack: session.attack(session.sites(run), attackConfig),
        epsilon: tf.scalar(run.epsilon!),
      };
      const [learningRate, number] = [tf.scalar(0), tf.scalar(1)];
      const batches = { examples, config: train, seed: 0 };
      const next = prefetch((at) => microBatchesOf(batches, sampler, at % sampler.steps), 0, 2 * TIMED);
      const once = async (): Promise<void> => {
        const microBatches = (await next()).map(toMicroBatch);
        const descent = session.descent(train, attackConfig);
        const result = step(descent, perturber, parameters, state, microBatches, learningRate, number);
        result.loss.dataSync();
        disposeAll(result, microBatches);
      };
      for (let i = 0; i < TIMED; i++) await once();
      const began = performance.now();
      for (let i = 0; i < TIMED; i++) await once();
      perStep.set(key, (performance.now() - began) / 1000 / TIMED);
      disposeAll(state, perturber?.epsilon, learningRate, number);
    }
    return { steps: sampler.steps, seconds: sampler.steps * perStep.get(key)! };
  }

  try {
    const defences: Timing[] = [];
    for (const config of configs) {
      const run = config.epsilon === null ? undefined : config;
      defences.push(await timed(prepared.defend, config.defend, config.attack, run));
    }
    const began = performance.now();
    await evaluateParameters(session, parameters, { observer });
    const evaluation = (performance.now() - began) / 1000;
    const { implant } = configs[0]!;
    const needed = prepared.implant && implant && !isImplanted(task, configs[0]!, session.inputs);
    const trainings = needed
      ? [...defences, await timed(prepared.implant, implant, attackSchema.parse({}), undefined)]
      : defences;
    return {
      runs: configs.length,
      steps: trainings.reduce((sum, { steps }) => sum + steps, 0),
      seconds: trainings.reduce((sum, { seconds }) => sum + seconds, evaluation * trainings.length),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    disposeAll(parameters);
    session.close();
  }
}
