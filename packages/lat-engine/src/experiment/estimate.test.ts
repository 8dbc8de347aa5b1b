import { readdirSync } from "node:fs";
import { setEnvironment, temporaryFolder } from "lat-system/testing";
import { disposeAll, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { initialize } from "../model/initialize.ts";
import type { Task } from "../task/task.ts";
import { toyTask } from "../testing/toy.ts";
import { estimate } from "./estimate.ts";
import { resolveSweep } from "./resolve.ts";
import { Session } from "./session.ts";
import { stepClock } from "./step-clock.ts";

const task = toyTask as Task<never>;
const configs = resolveSweep(toyTask, { preset: "nano", methods: ["ft", "lat"], epsilons: [0.5, 1], seeds: [0] });

async function clockWith(deadline: number) {
  const session = new Session(await task.prepare(configs[0]!.options as never, {} as never));
  const parameters = initialize(session.prepared.model, 0);
  const close = (): void => {
    disposeAll(parameters);
    session.close();
  };
  return { clock: stepClock(session, parameters, deadline), close };
}

describe("an estimate", () => {
  it("counts runs and steps, the implanting's too, and times real ones", async () => {
    const { runs, steps, seconds, peakBytes } = await estimate(task, configs);
    expect({ runs, steps }).toEqual({ runs: 3, steps: 16 + 3 * 16 });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
    expect(peakBytes).toBeGreaterThan(1e7);
  });

  it("times a few steps of an ascent for any number of them, each of which costs alike", async () => {
    const { clock, close } = await clockWith(Number.POSITIVE_INFINITY);
    const of = (steps: number, restarts = 1): Promise<number> =>
      clock.of({ ...configs[1]!, attack: { ...configs[1]!.attack, steps, restarts } });
    const [none, some] = [await of(0), await of(100_000)];
    expect(some).toBeGreaterThan(100 * none);
    expect((await of(200_000)) - none).toBeCloseTo(2 * (some - none));
    expect(await of(100_000, 2)).toBeCloseTo(await of(200_000));
    close();
  });

  it("takes a time of another kind where its own is up", async () => {
    const { clock, close } = await clockWith(0);
    const plain = await clock.of(configs[0]!);
    expect(plain).toBeGreaterThan(0);
    const ascended = { ...configs[1]!, attack: { ...configs[1]!.attack, steps: 6, restarts: 2 } };
    expect(await clock.of(ascended)).toBeCloseTo(plain * (1 + (12 * 2) / 3));
    close();
  });

  it("evaluates nothing: an evaluation is as long as the task states, or a forward pass for each case", async () => {
    const stated = (evaluationCost: number): Task<never> => ({
      ...task,
      async prepare(options, context) {
        const evaluate = () => Promise.reject(new Error("evaluated"));
        return { ...(await task.prepare(options, context)), evaluate, evaluationCost };
      },
    });
    const [none, much] = [await estimate(stated(0), configs), await estimate(stated(1e9), configs)];
    expect(much.seconds).toBeGreaterThan(1000 * none.seconds);
  });

  it("writes nothing and keeps no tensors", async () => {
    const cache = temporaryFolder();
    setEnvironment({ LAT_CACHE: cache });
    await estimate(task, configs); // compiles, and fills what tfjs keeps
    const before = tf.memory().numTensors;
    await estimate(task, configs);
    expect(tf.memory().numTensors).toBe(before);
    expect(readdirSync(cache)).toEqual([]);
  });
});
