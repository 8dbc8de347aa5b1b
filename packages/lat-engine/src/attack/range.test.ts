import fc from "fast-check";
import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { attackSchema } from "../configuration/config.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import type { Site } from "../model/model.ts";
import { prefix } from "../model/run.ts";
import { resolveSites } from "../model/sites.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { attack } from "./attack.ts";

const parameters = initialize(toyModel, 3);
const batch = toTensors(toyExamples(4, "range").batch([0, 1, 2, 3], 4));
const mask = batch.mask!.arraySync() as number[][];
/** tanh of something: within [-1, 1]. */
const [hidden] = resolveSites(toyModel, ["hidden"]) as [Site];
const h = prefix(toyModel, parameters, batch, hidden).h!.arraySync() as number[][][];

const bound = fc.tuple(fc.integer({ min: -15, max: 15 }), fc.integer({ min: 1, max: 15 }));
const interval = bound.map(([low, width]): [number, number] => [low / 10, (low + width) / 10]);
const settings = fc.record({
  norm: fc.constantFrom("l1", "l2", "linf"),
  scope: fc.constantFrom("example", "token"),
  rule: fc.constantFrom("gradient", "sign", "momentum", "adam"),
  start: fc.constantFrom("zero", "radial", "uniform", "boundary"),
  steps: fc.constantFrom(0, 1, 3),
  stepSize: fc.constant({ relative: 0.7 }),
  behaviour: fc.constantFrom("corrected", "corrected", "corrected", "published"),
  range: fc.oneof(interval, fc.constantFrom("none", "batch")),
});

const sizeOf = (norm: string, x: readonly number[]): number => {
  const sizes = x.map(Math.abs);
  if (norm === "linf") return Math.max(...sizes);
  return norm === "l1" ? sizes.reduce((a, b) => a + b, 0) : Math.hypot(...sizes);
};

describe("δ after any number of ascents", () => {
  it("is in the ball, within every range and zero on padding, all at once", () => {
    fc.assert(
      fc.property(
        settings,
        fc.option(interval, { nil: undefined }),
        fc.constantFrom(0.01, 0.3, 1, 5),
        (changes, own, epsilon) => {
          const { range: asked, norm, scope, behaviour } = attackSchema.parse(changes);
          const site: Site = { ...hidden, ...(own && { range: own }) };
          const all = h.flat(2);
          const given: readonly [number, number][] = [
            ...(asked === "none" ? [] : [asked === "batch" ? ([Math.min(...all), Math.max(...all)] as const) : asked]),
            ...(own ? [own] : []),
          ].map(([low, high]) => [low, high]);
          const [low, high] = [Math.max(...given.map(([l]) => l)), Math.min(...given.map(([, l]) => l))];
          fc.pre(low < high);
          const made = attack(toyNetwork, [site], attackSchema.parse(changes));
          const draws = { seed: 1, step: 2, examples: [0, 1, 2, 3] };
          const delta = tf.tidy(
            () =>
              made.run(parameters, batch, tf.scalar(epsilon), draws).perturbations.hidden!.arraySync() as number[][][],
          );
          made.release();
          delta.forEach((example, i) => {
            const balls = scope === "example" ? [example.flat()] : example;
            for (const one of balls) expect(sizeOf(norm, one)).toBeLessThanOrEqual(epsilon * (1 + 1e-5));
            example.forEach((token, t) => {
              token.forEach((d, k) => {
                const from = h[i]![t]![k]!;
                if (mask[i]![t] === 0 && behaviour === "corrected") expect(Math.abs(d)).toBe(0);
                if (given.length === 0) return;
                expect(from + d).toBeGreaterThanOrEqual(Math.min(low, from) - 1e-6);
                expect(from + d).toBeLessThanOrEqual(Math.max(high, from) + 1e-6);
              });
            });
          });
        },
      ),
      { numRuns: 120, seed: 1 },
    );
  });
});

describe("a range is refused", () => {
  const refusal = (sites: readonly Site[], range: unknown) => () =>
    attack(toyNetwork, sites, attackSchema.parse({ range }));

  it("for several sites, whose later activations depend on the perturbation", () => {
    const sites = resolveSites(toyModel, ["embeddings", "hidden"]);
    expect(refusal(sites, "batch")).toThrow(
      /^attack\.range: received "batch" with the sites embeddings and hidden; exp/,
    );
    expect(refusal([sites[0]!, { ...sites[1]!, range: [0, 1] }], "none")).toThrow(
      /^attack\.range: received "none" with/,
    );
  });

  it("where the site's own values are never in it", () => {
    expect(refusal([{ ...hidden, range: [0, 1] }], [1, 2])).toThrow(
      "attack.range: received [1, 2], but the values at hidden are always within [0, 1]; expected",
    );
  });
});
