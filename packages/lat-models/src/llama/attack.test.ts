import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type AttackConfig, attack, type Network, resolveSites } from "lat-engine";
import { disposeAll, tf } from "lat-tensorflow";
import { beforeAll, describe, expect, it } from "vitest";
import { loadLlama, type PretrainedLlama, tokenLikelihood } from "../index.ts";

/** What a plain PyTorch statement of the attack computes in float64; see tooling/parity/src/fixtures.ts. */
interface Reference {
  readonly batch: Record<string, { shape: number[]; integer: boolean; data: number[] }>;
  readonly cases: readonly { name: string; site: string; attack: AttackConfig; epsilon: number; delta: number[] }[];
}

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));
const reference = JSON.parse(readFileSync(`${fixtures}/attack.json`, "utf8")) as Reference;

/** ‖a − b‖ / ‖b‖ */
function relativeError(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.hypot(...b.map((value, i) => a[i]! - value)) / Math.hypot(...b);
}

describe("an attack on Llama reaches the perturbation that PyTorch reaches", () => {
  let { model, parameters } = {} as PretrainedLlama;
  beforeAll(async () => {
    ({ model, parameters } = await loadLlama(`${fixtures}/llama-untied`));
  });

  it.each(reference.cases)("$name", ({ site, attack: config, epsilon, delta }) => {
    // Not by XLA, whose compiling would take most of the time; `bun run parity` compares what it compiles.
    const network: Network = { model: { ...model, xla: false }, likelihood: tokenLikelihood, maskKey: "mask" };
    const maximisation = attack(network, resolveSites(model, [site]), config);
    const batch = Object.fromEntries(
      Object.entries(reference.batch).map(([key, { shape, integer, data }]) => [
        key,
        tf.tensor(data, shape, integer ? "int32" : "float32"),
      ]),
    );
    const bound = tf.scalar(epsilon);
    const examples = batch.tokens!.shape[0]!;
    const draws = { seed: 0, step: 0, examples: Array.from({ length: examples }, (_, i) => i) };
    const { perturbations } = maximisation.run(parameters, batch, bound, draws);
    expect(relativeError(perturbations[site]!.dataSync(), delta)).toBeLessThan(1e-4);
    disposeAll(perturbations, batch, bound);
    maximisation.release();
  });

  it("has references that differ from one another: what one case computes would not pass for another", () => {
    const atOneSite = reference.cases.filter(({ site }) => site === reference.cases[0]!.site);
    for (const a of atOneSite)
      for (const b of atOneSite) if (a !== b) expect(relativeError(a.delta, b.delta)).toBeGreaterThan(1e-3);
  });
});
