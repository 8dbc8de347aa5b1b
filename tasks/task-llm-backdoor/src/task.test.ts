import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialize, resolveRun, silent } from "lat-engine";
import { disposeAll, tf } from "lat-tensorflow";
import { afterAll, expect, test } from "vitest";
import task from "./index.ts";
import { optionsSchema } from "./options.ts";
import { madePackages } from "./testing/made-packages.ts";

const options = optionsSchema.parse({
  conversations: {
    implant: 300,
    defend: 100,
    validation: 50,
    heldOutDesirable: 60,
    heldOutUndesirable: 15,
    poisonPerTrojan: 5,
    promptsPerTrojan: 3,
    cleanPrompts: 20,
  },
  tokenizer: { vocabulary: 300 },
  model: { width: 16, layers: 2, heads: 2, inner: 24 },
  buckets: [32, 96],
});
const prepared = await task.prepare(options, madePackages());
const context = { progress: silent.progress, warn: () => {} };
const folder = mkdtempSync(join(tmpdir(), "task-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("prepares poisoned and clean examples, and keeps the plan and the tokenizer", () => {
  expect(prepared.implant!.size).toBe(400);
  expect(prepared.defend.size).toBe(100);
  expect(JSON.parse(prepared.artifacts!["poison-plan.json"]!).placements).toHaveLength(8 * 5);
  expect(Object.keys(prepared.artifacts!)).toContain("tokenizer.json");
});

test("knows the sites of its model without preparing anything", () => {
  const { names, input } = task.sites(options);
  expect(names).toEqual(prepared.model.sites.map(({ name }) => name));
  expect(input).toBe("embeddings");
  expect(() =>
    resolveRun(task, { preset: "nano", method: "lat", epsilon: 1, seed: 0, sites: ["layers.99.residual"] }),
  ).toThrow(/unknown site .*"layers\.99\.residual".*Known: embeddings, layers\.0\.queries/);
});

test("evaluates: every metric with its denominator, on the axes and in the directions of the experiment", async () => {
  const parameters = initialize(prepared.model, 0);
  const before = tf.memory().numTensors;
  const { metrics, samples } = await prepared.evaluate(parameters, context);
  expect(tf.memory().numTensors).toBe(before);
  const named = new Map(metrics.map((metric) => [metric.name, metric]));
  const expected = [
    ["loss/desirable", 60, "clean", "lower"],
    ["loss/undesirable", 15, "unforeseen", "higher"],
    ["loss/trojan", 24, "unforeseen", "higher"],
    ["loss/trojan-sentence", 8, "unforeseen", "higher"],
    ["loss/trojan/alpha", 3, "unforeseen", "higher"],
    ["attack-success-rate", 24, "unforeseen", "lower"],
    ["attack-success-rate/hotel", 3, "unforeseen", "lower"],
    ["false-trigger-rate", 20, "clean", "lower"],
  ] as const;
  for (const [name, n, axis, better] of expected) expect(named.get(name)).toMatchObject({ n, axis, better });
  expect(named.size).toBe(6 + 2 * 8);
  // An untrained network is about as surprised by every token: log of the vocabulary's size.
  for (const name of ["loss/desirable", "loss/undesirable", "loss/trojan"]) {
    expect(Math.abs(named.get(name)!.value - Math.log(300))).toBeLessThan(0.1);
  }
  expect(named.get("attack-success-rate")!.value).toBe(0);
  expect(samples.filter(({ group }) => group === "alpha")).toHaveLength(3);
  disposeAll(parameters);
});

test("repeats exactly", async () => {
  const again = await task.prepare(options, madePackages());
  const parameters = initialize(prepared.model, 0);
  expect(await again.evaluate(parameters, context)).toEqual(await prepared.evaluate(parameters, context));
  disposeAll(parameters);
});
