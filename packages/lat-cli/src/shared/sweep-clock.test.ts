import type { RunConfig } from "lat-engine/records";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type SweepClock, sweepClock } from "./sweep-clock.ts";

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = (method: string, steps: number) => ({ method, attack: { steps } }) as RunConfig;
const [ft, at, lat] = [run("ft", 4), run("at", 4), run("lat", 4)];

/** Passes through a phase, as far as `share` of it, in this many seconds. */
function pass(clock: SweepClock, phase: "implant" | "defend" | "evaluate", seconds: number, share = 1): void {
  clock.phase(phase, "");
  now += seconds * 1000;
  clock.progress(share * 10, 10, "");
}

it("knows nothing before an evaluation and a part of a training", () => {
  const clock = sweepClock();
  pass(clock, "implant", 30);
  expect(clock.secondsLeft()).toBeUndefined();
  pass(clock, "evaluate", 2);
  clock.remaining([ft, lat]);
  clock.phase("defend", "");
  expect(clock.secondsLeft()).toBeUndefined();
});

it("scales to methods that it has not seen by passes, and takes those that it has seen as they were", () => {
  const clock = sweepClock();
  pass(clock, "evaluate", 2);
  clock.remaining([ft, lat, at, lat]);
  pass(clock, "defend", 5, 0.5);
  // Half of 10 s, three of 50 s, four evaluations.
  expect(clock.secondsLeft()).toBeCloseTo(5 + 150 + 8);
  clock.progress(10, 10, "");
  pass(clock, "evaluate", 1, 0.5);
  expect(clock.secondsLeft()).toBeCloseTo(3 * 25 + 1 + 3 * 2);
  clock.progress(10, 10, "");
  clock.remaining([lat, at, lat]);
  pass(clock, "defend", 10);
  pass(clock, "evaluate", 3);
  clock.remaining([at, lat]);
  clock.phase("defend", "");
  // AT has not been seen: the mean of what FT's 5 s and LAT's 10 s say of it.
  expect(clock.secondsLeft()).toBeCloseTo((25 + 10) / 2 + 10 + 2 * 2);
});

it("takes training that patience ended for whole, and runs that were done already for nothing", () => {
  const clock = sweepClock();
  pass(clock, "evaluate", 2);
  clock.remaining([ft, ft, ft, ft]);
  pass(clock, "defend", 3, 0.25);
  pass(clock, "evaluate", 2);
  clock.remaining([ft, ft, ft]);
  clock.remaining([ft, ft]);
  clock.phase("defend", "");
  expect(clock.secondsLeft()).toBeCloseTo(2 * (3 + 2));
});
