import type { RunSummary } from "lat-engine/records";
import { expect, test } from "vitest";
import type { StudyRun } from "../read/study.ts";
import { groupRuns } from "./settings.ts";

function run(summary: Partial<RunSummary> & Pick<RunSummary, "method">): StudyRun {
  const metric = { name: "loss/clean", value: 4, n: 9, interval: [3, 5] as [number, number], better: "lower" as const };
  return {
    progress: [],
    samples: [],
    summary: {
      epsilon: null,
      relativeEpsilon: null,
      site: null,
      seed: 0,
      status: "complete",
      wallSeconds: 9,
      trainSeconds: 4,
      checkpointSha256: null,
      metrics: [{ ...metric, axis: "clean" }],
      attack: null,
      folder: "runs/x",
      ...summary,
    },
  };
}

test("runs are grouped over seeds and ordered by method, then ε", () => {
  const settings = groupRuns([
    run({ method: "lat", epsilon: 16, site: "a", seed: 1 }),
    run({ method: "lat", epsilon: 4, site: "a" }),
    run({ method: "ft" }),
    run({ method: "lat", epsilon: 16, site: "a", trainSeconds: 8 }),
  ]);
  expect(settings.map(({ label, runs }) => [label, runs.map((one) => one.summary.seed)])).toEqual([
    ["FT", [0]],
    ["LAT ε 4", [0]],
    ["LAT ε 16", [0, 1]],
  ]);
  expect(settings[2]!.seconds).toBe(6);
});

test("runs that did not complete are kept and are in no mean", () => {
  const failed = run({ method: "ft", seed: 1, status: "failed", error: "no", metrics: [] });
  const [setting] = groupRuns([run({ method: "ft" }), failed]);
  expect(setting!.runs).toHaveLength(2);
  expect(setting!.complete).toHaveLength(1);
  expect(setting!.estimates.get("loss/clean")!.values).toEqual([4]);
  const [none] = groupRuns([failed]);
  expect(none!.seconds).toBeUndefined();
  expect(none!.estimates.size).toBe(0);
});

test("the site is named where a method has several", () => {
  const settings = groupRuns([
    run({ method: "lat", epsilon: 4, site: "b" }),
    run({ method: "lat", epsilon: 4, site: "a" }),
    run({ method: "at", epsilon: 4, site: "embeddings" }),
  ]);
  expect(settings.map(({ label }) => label)).toEqual(["AT ε 4", "LAT ε 4 at a", "LAT ε 4 at b"]);
});
