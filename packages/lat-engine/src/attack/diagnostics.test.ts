import { describe, expect, it } from "vitest";
import { type AttackedStep, summarizeAttacks } from "./diagnostics.ts";

const step = (attackLosses: number[], attackShares?: [number, number, number]): AttackedStep => ({
  attackLosses,
  ...(attackShares ? { attackShares } : {}),
});

describe("the summary of a run's attacks", () => {
  it("is the mean over its steps", () => {
    expect(summarizeAttacks([step([1, 2, 4], [0, 0, 0.5]), step([3, 4, 6], [0, 0, 1])])).toEqual({
      ...{ ascents: 2, lossByAscent: [2, 3, 5], lossBefore: 2, lossAfter: 5 },
      ...{ zeroGradientShare: 0, nonFiniteGradientShare: 0, boundaryShare: 0.75, warnings: [] },
    });
  });

  it("is absent where nothing was attacked", () => {
    expect(summarizeAttacks([{}])).toBeUndefined();
    expect(summarizeAttacks([])).toBeUndefined();
  });

  it("warns of an attack that did not raise the loss, of an objective below zero as well", () => {
    const warning = "the attack did not raise the loss: 2.0000 before, 2.0010 after 1 ascents";
    expect(summarizeAttacks([step([2, 2.001], [0, 0, 1])])!.warnings).toEqual([warning]);
    expect(summarizeAttacks([step([2, 1], [0, 0, 1])])!.warnings).toHaveLength(1);
    expect(summarizeAttacks([step([-2, -1], [0, 0, 1])])!.warnings).toEqual([]);
    expect(summarizeAttacks([step([-1, -2], [0, 0, 1])])!.warnings).toHaveLength(1);
  });

  it("does not expect a random perturbation to raise it", () => {
    expect(summarizeAttacks([step([2])])).toMatchObject({ ascents: 0, lossBefore: 2, lossAfter: 2, warnings: [] });
  });

  it("warns of gradients that vanish and of those that are not finite", () => {
    expect(summarizeAttacks([step([1, 2], [0.5, 0.02, 1]), step([1, 2], [0, 0.02, 1])])!.warnings).toEqual([
      "25.0 % of the attack's gradients were zero",
      "2.0 % of the attack's gradients were not finite",
    ]);
  });
});
