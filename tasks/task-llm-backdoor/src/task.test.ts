import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialize } from "lat-engine";
import { resolveRun, silent } from "lat-engine/experiment";
import { disposeAll } from "lat-tensorflow";
import { afterAll, expect, test } from "vitest";
import task from "./index.ts";
import { madePackages, smallOptions } from "./testing/made-packages.ts";

const prepared = await task.prepare(smallOptions, madePackages());
const context = { progress: silent.progress, warn: () => {} };
const folder = mkdtempSync(join(tmpdir(), "task-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("prepares poisoned and clean examples, and keeps the plan and the tokenizer", () => {
  expect(prepared.implant!.size).toBe(400);
  expect(prepared.defend.size).toBe(100);
  expect(JSON.parse(prepared.artifacts!["poison-plan.json"]!).placements).toHaveLength(8 * 5);
  expect(Object.keys(prepared.artifacts!)).toContain("tokenizer.json");
});

test("a site that its model does not have is refused without preparing anything", () => {
  expect(() =>
    resolveRun(task, { preset: "nano", method: "lat", epsilon: 1, seed: 0, sites: ["layers.99.residual"] }),
  ).toThrow(/unknown site .*"layers\.99\.residual".*Known: embeddings, layers\.0\.queries/);
});

test("evaluates: every metric with its denominator, on the axes and in the directions of the experiment", async () => {
  const parameters = initialize(prepared.model, 0);
  const { metrics, samples } = await prepared.evaluate(parameters, context);
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
