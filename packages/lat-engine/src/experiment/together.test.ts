import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "lat-system";
import { outputOf, printed, runScript, temporaryFolder } from "lat-system/testing";
import { describe, expect, it } from "vitest";
import { silent } from "../records/observer.ts";
import type { Task } from "../task/task.ts";
import { figures, source, stepsIn, summaryIn, sweepingProcess } from "../testing/sweep-processes.ts";
import { toyTask } from "../testing/toy.ts";
import type { SweepRequest } from "./api.ts";
import { resolveRun, resolveSweep } from "./resolve.ts";
import { run } from "./run.ts";
import { sweep } from "./sweep.ts";

const task = toyTask as Task<never>;

describe("a run's folder", () => {
  it("belongs to one process: a second run is told who has it, and spoils nothing", async () => {
    const out = join(temporaryFolder(), "run");
    const request = { preset: "nano", method: "lat", epsilon: 0.5, seed: 0, set: { "defend.epochs": 40 } } as const;
    const first = runScript(
      source,
      `import { resolveRun } from "./experiment/resolve.ts";
       import { run } from "./experiment/run.ts";
       import { toyTask } from "./testing/toy.ts";
       const observer = { phase: (phase) => console.log(phase), progress: () => {}, log: () => {} };
       await run(toyTask, resolveRun(toyTask, ${JSON.stringify(request)}), { out: ${JSON.stringify(out)}, resume: false, observer });`,
    );
    const ended = outputOf(first);
    await printed(first, "defend");
    const second = run(task, resolveRun(toyTask, request), { out, resume: true, observer: silent });
    await expect(second).rejects.toThrow(
      new RegExp(`run is being written by process ${first.pid} on .*: wait for it, or choose another --out`),
    );
    await expect(second).rejects.toBeInstanceOf(UsageError);
    expect((await ended).code).toBe(0);
    const steps = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
    expect(steps.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual(
      Array.from({ length: 320 }, (_, i) => i + 1),
    );
  }, 60_000);
});

describe("processes on one sweep's folder", () => {
  const request: SweepRequest = {
    ...{ preset: "nano", methods: ["ft", "rlp", "lat"], epsilons: [0.25, 0.5], seeds: [0, 1] },
  };

  it("started together share the runs, do each once, and give the summary of one", async () => {
    const out = join(temporaryFolder(), "sweep");
    const ended = await Promise.all([sweepingProcess(out, request), sweepingProcess(out, request)].map(outputOf));
    for (const { code, stderr, stdout } of ended) {
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("sees 10 ended");
    }
    const taken = ended.flatMap(({ stdout }) => [...stdout.matchAll(/^run (\d+) of 10/gm)].map(([, number]) => number));
    expect(taken.sort()).toEqual(Array.from({ length: 10 }, (_, i) => String(i + 1)).sort());
    const alone = join(temporaryFolder(), "alone");
    const configs = resolveSweep(toyTask, request);
    const whole = await sweep(task, configs, { out: alone, resume: false, observer: silent });
    expect(figures(summaryIn(out))).toEqual(figures(whole));
    expect(stepsIn(out)).toEqual(stepsIn(alone));
    expect(readdirSync(out).filter((name) => name.startsWith(".claim-"))).toEqual([]);
    expect(existsSync(join(out, "runs/ft-seed0/.claim"))).toBe(false);
  }, 120_000);

  it("that are killed lose nothing: others take up what they had, to the same bits", async () => {
    const long = { ...request, epsilons: [0.5], set: { "defend.epochs": 12 } };
    const out = join(temporaryFolder(), "sweep");
    const [first, second] = [sweepingProcess(out, long), sweepingProcess(out, long)];
    const survivor = outputOf(second);
    for (let victim = first, kills = 0; kills < 3; kills++) {
      await printed(victim, "run ");
      victim.kill("SIGKILL");
      victim = kills < 2 ? sweepingProcess(out, long, true) : victim;
    }
    const { code, stdout, stderr } = await survivor;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("sees 6 ended");
    const alone = join(temporaryFolder(), "alone");
    const configs = resolveSweep(toyTask, long);
    const whole = await sweep(task, configs, { out: alone, resume: false, observer: silent });
    expect(figures(summaryIn(out))).toEqual(figures(whole));
    expect(stepsIn(out)).toEqual(stepsIn(alone));
  }, 120_000);

  it("of other runs are refused, while it is worked on as well", async () => {
    const out = join(temporaryFolder(), "sweep");
    const first = sweepingProcess(out, { ...request, set: { "defend.epochs": 20 } });
    const ended = outputOf(first);
    await printed(first, "run 1");
    const configs = resolveSweep(toyTask, request);
    await expect(sweep(task, configs, { out, resume: false, observer: silent })).rejects.toThrow(
      /holds a sweep of other runs, so it cannot be resumed or joined\. Differing .*runs\.0\.defend\.epochs: 20 there, 2 now/,
    );
    first.kill("SIGKILL");
    await ended;
    await expect(sweep(task, configs, { out, resume: false, observer: silent })).rejects.toThrow(
      /already holds a sweep/,
    );
  }, 60_000);
});
