import { disposeAll, tf } from "lat-tensorflow";
import { attackSchema, type RunConfig, type TrainConfig } from "../configuration/config.ts";
import type { ExampleSet } from "../examples/example-set.ts";
import type { Tensors } from "../model/model.ts";
import { initialState, optimizer } from "../train/optimizer.ts";
import { Sampler } from "../train/sampler.ts";
import { step } from "../train/step.ts";
import { microBatchesOf, toMicroBatch } from "../train/trainer.ts";
import type { Session } from "./session.ts";

/** Steps that are timed of each kind, at most, after one that compiles. */
const TIMED = 3;
/** Steps of the ascent that is timed. */
const ASCENTS = 2;
/** Without a time of its own, a step of an ascent takes this share of a training step: it has no gradient of weights. */
const ASCENT = 2 / 3;

/** What a step takes in seconds: a plain one or a perturbed one without ascent, and each step of an ascent more. */
interface StepCost {
  readonly base: number;
  readonly ascent: number;
}

/**
 * Times training steps, each kind once. An ascent takes as long for each of its steps, so none and a few of them tell of
 * any number.
 *
 * @param deadline after it (as `performance.now()` has it) nothing is timed any more, but the first plain step
 */
export function stepClock(session: Session, parameters: Tensors, deadline: number) {
  const { prepared } = session;
  const plains = new Map<string, number>();
  const perturbed = new Map<string, StepCost>();

  /** Seconds of a step, with this many steps of ascent in a perturbed one. */
  async function time(examples: ExampleSet, train: TrainConfig, run?: RunConfig, ascents = 0): Promise<number> {
    const config = { ...(run?.attack ?? attackSchema.parse({})), steps: ascents, restarts: 1 };
    const sampler = new Sampler(examples, train, 0, prepared.buckets);
    const state = initialState(optimizer(prepared.model, train), parameters);
    const perturber = run && { attack: session.attack(session.sites(run), config), epsilon: tf.scalar(run.epsilon!) };
    const [learningRate, number] = [tf.scalar(0), tf.scalar(1)];
    // Batches of one length compile one function.
    const microBatches = (await microBatchesOf({ examples, config: train, seed: 0 }, sampler, 0)).map(toMicroBatch);
    const once = (): number => {
      const began = performance.now();
      const result = step(
        session.descent(train, config),
        perturber,
        parameters,
        state,
        microBatches,
        learningRate,
        number,
      );
      result.loss.dataSync();
      disposeAll(result);
      return (performance.now() - began) / 1000;
    };
    try {
      once();
      const times = [once()];
      while (times.length < TIMED && performance.now() < deadline) times.push(once());
      // What else the machine does makes a step longer, never shorter.
      return Math.min(...times);
    } finally {
      disposeAll(microBatches, state, perturber?.epsilon, learningRate, number);
    }
  }

  async function plain(examples: ExampleSet, train: TrainConfig): Promise<number> {
    const key = JSON.stringify([examples === prepared.implant, train]);
    const known = plains.get(key);
    if (known !== undefined) return known;
    // What was timed of the other set says enough, once time is up.
    const [other] = plains.values();
    const seconds = other !== undefined && performance.now() >= deadline ? other : await time(examples, train);
    plains.set(key, seconds);
    return seconds;
  }

  async function costOf(run: RunConfig): Promise<StepCost> {
    const { steps: _, restarts: __, ...attack } = run.attack;
    const key = JSON.stringify([run.defend, run.sites, attack]);
    const known = perturbed.get(key);
    if (known) return known;
    const simple = await plain(prepared.defend, run.defend);
    const [other] = perturbed.values();
    let cost = other ?? { base: simple, ascent: ASCENT * simple };
    if (performance.now() < deadline) {
      const base = await time(prepared.defend, run.defend, run, 0);
      const ascent = ((await time(prepared.defend, run.defend, run, ASCENTS)) - base) / ASCENTS;
      // On a busy machine the difference may be lost in noise.
      cost = { base, ascent: ascent > 0 ? ascent : ASCENT * simple };
    }
    perturbed.set(key, cost);
    return cost;
  }

  return {
    /** Seconds of a step without perturbation. */
    plain,
    /** Seconds of a step of a run. */
    async of(run: RunConfig): Promise<number> {
      if (run.epsilon === null) return plain(prepared.defend, run.defend);
      const { base, ascent } = await costOf(run);
      return base + run.attack.restarts * run.attack.steps * ascent;
    },
  };
}
