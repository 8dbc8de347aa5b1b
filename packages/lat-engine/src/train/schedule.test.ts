import { describe, expect, it } from "vitest";
import { trainSchema } from "../configuration/config.ts";
import { toyExamples } from "../testing/toy.ts";
import { Sampler } from "./sampler.ts";
import { learningRateAt } from "./schedule.ts";

describe("the learning rate", () => {
  const at = (schedule: "constant" | "linear" | "cosine", step: number): number =>
    learningRateAt(step, 100, trainSchema.parse({ learningRate: 2, schedule, warmup: 0.1 }));

  it("rises linearly over the warm-up, then follows its schedule from full to (almost) zero", () => {
    expect([1, 5, 10, 11].map((step) => at("constant", step))).toEqual([0.2, 1, 2, 2]);
    expect(at("constant", 100)).toBe(2);
    expect([at("linear", 11), at("linear", 56)]).toEqual([2, 1]);
    expect(at("linear", 100)).toBeCloseTo(2 / 90);
    expect([at("cosine", 11), at("cosine", 56)].map((rate) => Math.round(rate * 1e9) / 1e9)).toEqual([2, 1]);
    expect(at("cosine", 100)).toBeLessThan(0.001);
  });
});

describe("the sampler", () => {
  const examples = toyExamples(70, "sampler");
  const config = trainSchema.parse({ batchSize: 4, accumulate: 2, epochs: 3 });
  const sampler = new Sampler(examples, config, 5, [2, 4]);

  it("gives every example at most once an epoch, in another order each epoch", () => {
    expect([sampler.stepsPerEpoch, sampler.steps]).toEqual([8, 24]);
    const epochs = [0, 1, 2].map((epoch) => Array.from({ length: 8 }, (_, i) => sampler.plan(epoch * 8 + i)).flat());
    for (const plans of epochs) {
      const indices = plans.flatMap((plan) => plan.indices);
      expect(new Set(indices).size).toBe(64);
    }
    expect(epochs[0]!.map((p) => p.indices)).not.toEqual(epochs[1]!.map((p) => p.indices));
  });

  it("pads to the smallest bucket that holds the batch", () => {
    const plans = Array.from({ length: 24 }, (_, step) => sampler.plan(step)).flat();
    for (const { indices, length } of plans) {
      const longest = Math.max(...indices.map((i) => examples.lengths![i]!));
      expect(length).toBe(longest <= 2 ? 2 : 4);
    }
    expect(plans.some(({ length }) => length === 2)).toBe(true);
  });

  it("is a function of seed and step alone", () => {
    const again = new Sampler(examples, config, 5, [2, 4]);
    expect(again.plan(17)).toEqual(sampler.plan(17));
    expect(new Sampler(examples, config, 6, [2, 4]).plan(17)).not.toEqual(sampler.plan(17));
  });

  it("refuses a set that does not fill a step", () => {
    expect(() => new Sampler(toyExamples(7, "few"), config, 0)).toThrow(
      /7 training examples do not fill one step of 8/,
    );
  });
});
