import { describe, expect, it } from "vitest";
import { attackSchema } from "../configuration/config.ts";
import { type AttackedStep, summarizeAttacks } from "./diagnostics.ts";
import { reach } from "./reach.ts";

const step = (attackLosses: number[], attackShares?: [number, number, number]): AttackedStep => ({
  attackLosses,
  ...(attackShares ? { attackShares } : {}),
});

const summary = (steps: readonly AttackedStep[], reached = 3) =>
  summarizeAttacks(steps, { reach: reached, epsilon: 2 });

describe("the summary of a run's attacks", () => {
  it("is the mean over its steps", () => {
    expect(summary([step([1, 2, 4], [0, 0, 0.5]), step([3, 4, 6], [0, 0, 1])])).toEqual({
      ...{ ascents: 2, lossByAscent: [2, 3, 5], lossBefore: 2, lossAfter: 5 },
      ...{ zeroGradientShare: 0, nonFiniteGradientShare: 0, reach: 3, boundaryShare: 0.75, warnings: [] },
    });
  });

  it("is absent where nothing was attacked", () => {
    expect(summary([{}])).toBeUndefined();
    expect(summary([])).toBeUndefined();
  });

  it("warns of an attack that did not raise the loss, of an objective below zero as well", () => {
    const warning = "the attack did not raise the loss: 2.0000 before, 2.0010 after 1 ascents";
    expect(summary([step([2, 2.001], [0, 0, 1])])!.warnings).toEqual([warning]);
    expect(summary([step([2, 1], [0, 0, 1])])!.warnings).toHaveLength(1);
    expect(summary([step([-2, -1], [0, 0, 1])])!.warnings).toEqual([]);
    expect(summary([step([-1, -2], [0, 0, 1])])!.warnings).toHaveLength(1);
  });

  it("does not expect a random perturbation to raise it", () => {
    expect(summary([step([2])])).toMatchObject({ ascents: 0, lossBefore: 2, lossAfter: 2, warnings: [] });
  });

  it("warns of gradients that vanish and of those that are not finite", () => {
    expect(summary([step([1, 2], [0.5, 0.02, 1]), step([1, 2], [0, 0.02, 1])])!.warnings).toEqual([
      "25.0 % of the attack's gradients were zero",
      "2.0 % of the attack's gradients were not finite",
    ]);
  });

  it("warns of steps that cannot reach ε", () => {
    const steps = [step([1, 2, 3], [0, 0, 0])];
    expect(summary(steps, 0.6)!.warnings).toEqual([
      "the attack cannot reach its bound: 2 ascents come to a norm of 0.6, ε is 2; raise attack.stepSize or attack.steps",
    ]);
    expect(summary(steps, 2)!.warnings).toEqual([]);
    expect(summary([step([2])], 1)!.warnings).toEqual([]);
  });
});

describe("the norm that an attack can reach", () => {
  it.each([
    [{ steps: 6 }, 12],
    [{ steps: 6, start: "zero" }, 8],
    [{ steps: 3, stepSize: 0.5, start: "zero" }, 1.5],
    [{ steps: 3, stepSize: { relative: 0.1 }, start: "zero" }, 2.4],
    [{ steps: 1, stepSize: { relative: 0.1 }, start: "boundary" }, 8.8],
    [{ steps: 0, start: "uniform" }, 8],
  ] as const)("is its start and the sum of its steps: %o with ε 8 reach %d", (settings, expected) => {
    expect(reach(attackSchema.parse(settings), 8)).toBeCloseTo(expected, 10);
  });
});
