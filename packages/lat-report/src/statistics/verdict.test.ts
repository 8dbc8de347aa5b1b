import type { Metric, RunSummary } from "lat-engine/records";
import { describe, expect, test } from "vitest";
import { combine } from "./combine.ts";
import { type Setting, settingLabel } from "./settings.ts";
import { judge } from "./verdict.ts";

/** A setting with a loss (lower is better, ± `width`) and a success rate (lower is better, ± 0.02). */
function setting(
  method: RunSummary["method"],
  epsilon: number | null,
  loss: number,
  success: number,
  width = 0.01,
): Setting {
  const metric = (name: string, axis: Metric["axis"], value: number, half: number): [string, Metric] => [
    name,
    { name, value, n: 100, interval: [value - half, value + half], axis, better: "lower" },
  ];
  const metrics = [
    metric("loss/desirable", "clean", loss, width),
    metric("attack-success-rate", "unforeseen", success, 0.02),
  ];
  return {
    method,
    epsilon,
    relativeEpsilon: null,
    site: null,
    label: settingLabel(method, epsilon, null),
    runs: [],
    complete: [],
    estimates: new Map(metrics.map(([name, one]) => [name, combine([one])])),
    seconds: 1,
  };
}

const judged = (...settings: Setting[]) => judge(settings, "loss/desirable", "attack-success-rate");

describe("the verdict", () => {
  const ft = setting("ft", null, 4.6, 0.99);

  test("is for LAT where it resists better at no cost", () => {
    expect(judged(ft, setting("lat", 8, 4.6, 0.3))).toEqual({
      favours: "lat",
      settled: true,
      claim: "LAT helped, with a lower attack success rate at no cost in loss (desirable)",
      evidence:
        "LAT ε 8 has attack success rate 30.0 % [28.0, 32.0] and loss (desirable) 4.600 [4.590, 4.610]; " +
        "the best baseline, FT, has 99.0 % [97.0, 101.0] and 4.600 [4.590, 4.610].",
    });
  });

  test("flips when the figures flip", () => {
    const verdict = judged(setting("at", 8, 4.6, 0.3), setting("lat", 8, 4.6, 0.99), setting("lat", 16, 4.7, 0.8));
    expect(verdict).toMatchObject({ favours: "baselines", settled: true, claim: "LAT is behind its best baseline" });
    expect(verdict.evidence).toMatch(/^LAT ε 8 has .* the best baseline, AT ε 8, has/);
  });

  test("says so when the intervals overlap, for and against", () => {
    expect(judged(setting("at", 8, 4.6, 0.31), setting("lat", 8, 4.6, 0.3))).toMatchObject({
      favours: "lat",
      settled: false,
      claim: expect.stringContaining("but the intervals overlap"),
    });
    expect(judged(setting("at", 8, 4.6, 0.3), setting("lat", 8, 4.6, 0.31))).toMatchObject({
      favours: "baselines",
      settled: false,
      claim: expect.stringContaining("LAT trails its best baseline, but the intervals overlap"),
    });
  });

  test.each([
    [4.59, 0.33],
    [4.61, 0.27],
  ])("says so where each is ahead on one metric and the intervals overlap (LAT: %f, %f)", (loss, success) => {
    expect(judged(setting("at", 8, 4.6, 0.3), setting("lat", 8, loss, success))).toMatchObject({
      favours: "neither",
      settled: false,
      claim: expect.stringMatching(
        /^LAT and its best baseline are each ahead on one metric, but the intervals overlap/,
      ),
    });
  });

  test("puts LAT behind only where every setting of it is", () => {
    const [at, weak, costly] = [setting("at", 1, 4.48, 0), setting("lat", 2, 4.45, 0.12), setting("lat", 4, 4.53, 0)];
    expect(judged(at, weak, costly)).toMatchObject({ favours: "baselines", settled: true });
    const close = setting("lat", 4, 4.53, 0, 0.045);
    const verdict = judged(at, weak, close);
    expect(verdict).toMatchObject({ favours: "baselines", settled: false });
    expect(verdict.evidence).toMatch(/^LAT ε 4 has attack success rate 0.0 %/);
  });

  test("counts a better clean metric at a level unforeseen one", () => {
    const rlp = setting("rlp", 1, 4.85, 0);
    expect(judged(ft, rlp, setting("lat", 48, 4.71, 0.001))).toMatchObject({
      favours: "lat",
      settled: true,
      claim: "LAT helped, with a lower loss (desirable) at the same level of attack success rate",
    });
    expect(judged(rlp, setting("lat", 48, 4.845, 0.001))).toMatchObject({ favours: "lat", settled: false });
  });

  test("calls more resistance at a clean cost a trade", () => {
    expect(judged(setting("at", 8, 4.6, 0.5), setting("lat", 8, 4.9, 0.1))).toMatchObject({
      favours: "neither",
      claim: "LAT is a trade, not a gain, with a lower attack success rate for a worse loss (desirable)",
    });
  });

  test("does not let LAT win against a baseline that wrecked its network for nothing", () => {
    const wrecked = setting("rlp", 100, 9, 0);
    const sensible = setting("rlp", 1, 4.7, 0.005);
    expect(judged(wrecked, sensible, setting("lat", 8, 5.5, 0))).toMatchObject({ favours: "baselines" });
  });

  test("knows equal figures and missing ones", () => {
    expect(judged(ft, setting("lat", 8, 4.6, 0.99))).toMatchObject({
      favours: "neither",
      claim: "LAT made no difference",
    });
    expect(judged(ft)).toMatchObject({
      favours: "unknown",
      claim: expect.stringContaining("no run of LAT is complete"),
    });
    expect(judged(setting("lat", 8, 4.6, 0.99)).claim).toContain("no run of FT, RLP or AT is complete");
  });
});
