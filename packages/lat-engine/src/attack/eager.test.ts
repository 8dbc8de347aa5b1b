import { configure, disposeAll, tf } from "lat-tensorflow";
import { afterEach, describe, expect, it } from "vitest";
import { type AttackConfig, attackSchema } from "../configuration/config.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import { resolveSites } from "../model/sites.ts";
import { relativeError } from "../testing/tensors.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { attack } from "./attack.ts";

afterEach(() => configure({ eager: false }));

/** What the compiled attack finds and the same operation by operation; a call that does not end well throws. */
function twice(changes: Partial<AttackConfig>, sites: readonly string[]) {
  const parameters = initialize(toyModel, 3);
  const indices = [0, 1, 2, 3, 4, 5];
  const found = [false, true].map((eager) => {
    configure({ eager });
    const made = attack(toyNetwork, resolveSites(toyModel, sites), attackSchema.parse({ steps: 3, ...changes }));
    const [batch, epsilon] = [toTensors(toyExamples(6, "attack").batch(indices, 4)), tf.scalar(0.7)];
    const before = tf.memory().numTensors;
    const result = made.run(parameters, batch, epsilon, { seed: 1, step: 0, examples: indices });
    const { values, shares } = result.report;
    expect(tf.memory().numTensors - before).toBe(sites.length + values.length + (shares ? 1 : 0));
    made.release();
    disposeAll(batch, epsilon);
    return result;
  });
  disposeAll(parameters);
  return found as [(typeof found)[number], (typeof found)[number]];
}

describe("an attack operation by operation finds what it finds compiled, and frees what it made", () => {
  it.each<[string, Partial<AttackConfig>, string[]]>([
    ["in an L2 ball", {}, ["hidden"]],
    ["in an L∞ ball, by Adam", { norm: "linf", rule: "adam" }, ["hidden"]],
    ["in an L1 ball, from a uniform start", { norm: "l1", start: "uniform" }, ["hidden"]],
    ["by momentum from zero, per token", { rule: "momentum", start: "zero", scope: "token" }, ["hidden"]],
    ["at several sites", {}, ["embeddings", "scaled"]],
    ["within the batch's range", { range: "batch" }, ["hidden"]],
    ["as the published code", { behaviour: "published" }, ["hidden"]],
    ["away from the labels", { objective: "away" }, ["hidden"]],
    ["the best of two restarts", { restarts: 2, iterate: "best" }, ["hidden"]],
    ["without an ascent", { steps: 0 }, ["hidden"]],
  ])("%s", (_, changes, sites) => {
    const [compiled, eager] = twice(changes, sites);
    for (const site of sites)
      expect(relativeError(eager.perturbations[site]!, compiled.perturbations[site]!)).toBeLessThan(1e-5);
    for (const [i, value] of compiled.report.values.entries())
      expect(Math.abs(eager.report.values[i]!.dataSync()[0]! / value.dataSync()[0]! - 1)).toBeLessThan(1e-5);
    disposeAll(compiled, eager);
  });
});
