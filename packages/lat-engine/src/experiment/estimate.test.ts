import { readdirSync } from "node:fs";
import { setEnvironment, temporaryFolder } from "lat-system/testing";
import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import type { Task } from "../task/task.ts";
import { toyTask } from "../testing/toy.ts";
import { estimate } from "./estimate.ts";
import { resolveSweep } from "./resolve.ts";

const task = toyTask as Task<never>;
const configs = resolveSweep(toyTask, { preset: "nano", methods: ["ft", "lat"], epsilons: [0.5, 1], seeds: [0] });

describe("an estimate", () => {
  it("counts runs and steps, the implanting's too, and times real ones", async () => {
    const { runs, steps, seconds, peakBytes } = await estimate(task, configs);
    expect({ runs, steps }).toEqual({ runs: 3, steps: 16 + 3 * 16 });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
    expect(peakBytes).toBeGreaterThan(1e7);
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
