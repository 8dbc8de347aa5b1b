import { configure, disposeAll, tf } from "lat-tensorflow";
import { methodNames, type RunConfig } from "../../configuration/config.ts";
import { Session } from "../../experiment/session.ts";
import { initialize } from "../../model/initialize.ts";
import type { Tensors } from "../../model/model.ts";
import { initialState, optimizer } from "../../train/optimizer.ts";
import { Sampler } from "../../train/sampler.ts";
import { advance } from "../../train/step.ts";
import { microBatchesOf, toMicroBatch } from "../../train/trainer.ts";
import { ensure } from "../check.ts";
import type { TaskWorld } from "../task-checks.ts";
import { relativeError } from "../tensors.ts";
import { configOf } from "./runs.ts";

/** Rounding alone: the compiled function adds the same terms in another order. */
const ROUNDING = 1e-5;

/**
 * A training step of each method, compiled and operation by operation, where an operation that makes a value that is not
 * finite ends it; and an evaluation operation by operation. By SGD, whose step is as large as the gradient: Adam's first
 * is as large for a gradient of rounding.
 */
export async function eagerStepsAreTheSame(world: TaskWorld): Promise<void> {
  const session = new Session(await world.prepare());
  try {
    for (const method of methodNames) {
      const config = configOf(world, session.prepared, method);
      const sgd: RunConfig = { ...config, defend: { ...config.defend, optimizer: "sgd" } };
      const compiled = await takeStep(session, sgd);
      const eager = await inEagerMode(() => takeStep(session, sgd));
      for (const [name, expected] of Object.entries(compiled)) {
        const error = relativeError(eager[name]!, expected);
        ensure(
          error <= ROUNDING,
          () => `${method}: after a step operation by operation, ${name} is ${error} off what it is compiled`,
        );
      }
      disposeAll(compiled, eager);
    }
    const parameters = startOf(session);
    await inEagerMode(() => session.prepared.evaluate(parameters, { progress: () => {}, warn: () => {} }));
    disposeAll(parameters);
  } finally {
    session.close();
  }
}

/** The parameters after the first step, and what it reports. */
async function takeStep(session: Session, config: RunConfig): Promise<Tensors> {
  const { prepared } = session;
  const { defend, attack, seed } = config;
  const epsilon = config.epsilon === null ? undefined : tf.scalar(config.epsilon);
  const perturber = epsilon && { attack: session.attack(session.sites(config), attack), epsilon };
  const parameters = startOf(session);
  const from = { parameters, state: initialState(optimizer(prepared.model, defend), parameters) };
  const sampler = new Sampler(prepared.defend, defend, seed, prepared.buckets);
  const host = await microBatchesOf({ examples: prepared.defend, config: defend, seed }, sampler, 0);
  const { record, state, ...after } = advance(
    session.descent(defend, attack),
    perturber,
    from,
    host.map(toMicroBatch),
    defend.learningRate,
    1,
  );
  disposeAll(state, epsilon);
  const { loss, gradientNorm, attackLosses = [] } = record;
  return { ...after.parameters, "its report": tf.tensor1d([loss, gradientNorm, ...attackLosses]) };
}

function startOf({ prepared }: Session): Tensors {
  return prepared.initialParameters?.() ?? initialize(prepared.model, 0);
}

async function inEagerMode<T>(run: () => Promise<T>): Promise<T> {
  configure({ eager: true });
  try {
    return await run();
  } finally {
    configure({ eager: false });
  }
}
