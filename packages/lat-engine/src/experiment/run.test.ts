import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LatError, readJson, sha256File } from "lat-system";
import { outputOf, runScript, temporaryFolder } from "lat-system/testing";
import { isUsingGpu } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import type { RunConfig } from "../configuration/config.ts";
import { evaluationSchema } from "../evaluate/evaluation.ts";
import { encodeEvaluation, encodeStep } from "../records/events/events-file.ts";
import { readRunConfig } from "../records/folder.ts";
import type { Phase } from "../records/observer.ts";
import { silent } from "../records/observer.ts";
import { readResult } from "../records/results.ts";
import type { RunSummary } from "../records/summary.ts";
import type { Prepared, Task } from "../task/task.ts";
import { eventsBesidesTimes } from "../testing/events.ts";
import { recorder } from "../testing/recorder.ts";
import { toyExamples, toySizes, toyTask } from "../testing/toy.ts";
import { loadTensors } from "../train/checkpoint.ts";
import { stepRecordSchema } from "../train/step-record.ts";
import type { RunOptions, RunRequest } from "./api.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { resolveRun } from "./resolve.ts";
import { run } from "./run.ts";

const task = toyTask as Task<never>;
const configOf = (changes: Partial<RunRequest> = {}): RunConfig =>
  resolveRun(toyTask, { preset: "nano", method: "lat", epsilon: 0.5, seed: 0, ...changes });
const optionsFor = (out: string, changes: Partial<RunOptions> = {}): RunOptions => ({
  out,
  resume: false,
  observer: silent,
  ...changes,
});
const runIn = (out: string, config = configOf(), changes: Partial<RunOptions> = {}): Promise<RunSummary> =>
  run(task, config, optionsFor(out, changes));
const linesOf = (path: string): unknown[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** The toy task with another evaluation. */
function evaluatedBy(change: (evaluate: Prepared["evaluate"]) => Prepared["evaluate"]): Task<never> {
  return {
    ...task,
    async prepare(options, context) {
      const prepared = await task.prepare(options, context);
      return { ...prepared, evaluate: change(prepared.evaluate) };
    },
  };
}

/** Runs until the given progress of a phase, is told to stop there, and returns what came of it. */
async function interruptedAt(out: string, config: RunConfig, phase: Phase, done: number): Promise<RunSummary> {
  const controller = new AbortController();
  const observer = recorder((at, reached) => {
    if (at === phase && reached >= done) controller.abort();
  });
  return runIn(out, config, { observer, signal: controller.signal, resume: existsSync(out) });
}

describe("a run", () => {
  it("prepares, implants, defends and evaluates, and leaves a folder that says everything", async () => {
    const out = join(temporaryFolder(), "run");
    const observer = recorder();
    const summary = await runIn(out, configOf(), { observer });
    expect(observer.phases).toEqual([
      "prepare: toy nano",
      "implant: toy nano",
      "evaluate: implanted network",
      "defend: lat ε 0.5 seed 0",
      "evaluate: lat ε 0.5 seed 0",
    ]);
    expect(observer.logs).toEqual([
      "info: left out of the data: 1 duplicates, 2 contradictions",
      "info: ε 0.5: 2 ascents reach a norm of 0.75",
    ]);
    expect(summary).toMatchObject({
      method: "lat",
      epsilon: 0.5,
      site: "hidden",
      seed: 0,
      status: "complete",
      folder: ".",
    });
    expect(summary.checkpointSha256).toBe(sha256File(join(out, "model.safetensors")));
    expect(summary.metrics.map(({ name }) => name)).toEqual(["loss/clean", "loss/shifted"]);
    expect(summary.attack).toMatchObject({ ascents: 2, nonFiniteGradientShare: 0, warnings: [] });
    expect(summary.attack!.lossAfter).toBeGreaterThan(summary.attack!.lossBefore);
    expect(summary.wallSeconds).toBeGreaterThanOrEqual(summary.trainSeconds);
    expect(readResult(out)).toEqual(summary);
    expect(readRunConfig(out)).toEqual(configOf());
    expect(await readJson(join(out, "evaluation.json"))).toEqual({ metrics: summary.metrics, samples: [] });
    expect(await readJson(join(out, "meta.json"))).toMatchObject({
      seed: 0,
      versions: { tensorflow: "2.21.0" },
      device: { computesOn: isUsingGpu() ? "gpu" : "cpu" },
    });
    const steps = linesOf(join(out, "metrics.jsonl")).map((line) => stepRecordSchema.parse(line));
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(linesOf(join(out, "log.jsonl"))).toMatchObject([
      { level: "info", phase: "defend", message: "lat ε 0.5 seed 0" },
      { level: "info", message: "ε 0.5: 2 ascents reach a norm of 0.75" },
      { level: "info", phase: "evaluate", message: "lat ε 0.5 seed 0" },
    ]);
    expect(readdirSync(join(out, "implanted")).sort()).toEqual([
      "artifacts",
      "done.json",
      "evaluation.json",
      "events.out.tfevents",
      "metrics.jsonl",
    ]);
    expect(existsSync(join(out, "checkpoints"))).toBe(false);
  });

  it("shows TensorBoard its steps and its evaluation, and the implanted network's", async () => {
    const out = join(temporaryFolder(), "run");
    const { metrics } = await runIn(out);
    const implanted = evaluationSchema.parse(await readJson(join(out, "implanted/evaluation.json")));
    for (const [folder, evaluated] of [
      [out, metrics],
      [join(out, "implanted"), implanted.metrics],
    ] as const) {
      const steps = linesOf(join(folder, "metrics.jsonl")).map((line) => stepRecordSchema.parse(line));
      const [version, ...events] = eventsBesidesTimes(folder);
      expect(version!.toString("latin1")).toContain("brain.Event:2");
      expect(events).toEqual([
        ...steps.map((step) => encodeStep(step, 0)),
        encodeEvaluation(evaluated, steps.at(-1)!.step, 0),
      ]);
    }
  });

  it.each(["ft", "rlp", "at", "lat"] as const)(
    "of the same configuration ends in the same bits, of another seed in others (%s)",
    async (method) => {
      const folder = temporaryFolder();
      const config = configOf({ method, epsilon: method === "ft" ? undefined : 0.5 });
      const [first, second, other] = [
        await runIn(join(folder, "first"), config),
        await runIn(join(folder, "second"), config),
        await runIn(join(folder, "other"), { ...config, seed: 1 }),
      ];
      expect(second.checkpointSha256).toBe(first.checkpointSha256);
      expect(second.metrics).toEqual(first.metrics);
      expect(other.checkpointSha256).not.toBe(first.checkpointSha256);
      expect(first.attack === null).toBe(method === "ft");
    },
  );

  it("that is complete is not run again", async () => {
    const out = join(temporaryFolder(), "run");
    const summary = await runIn(out);
    const observer = recorder();
    expect(await runIn(out, configOf(), { observer, resume: true })).toEqual(summary);
    expect(observer.phases).toEqual(["prepare: toy nano"]);
  });

  it("is evaluated anew to the same figures", async () => {
    const out = join(temporaryFolder(), "run");
    const { metrics } = await runIn(out);
    expect((await evaluateRun(task, out, { observer: silent })).metrics).toEqual(metrics);
    rmSync(join(out, "model.safetensors"));
    await expect(evaluateRun(task, out, { observer: silent })).rejects.toThrow(/has no finished network/);
  });
});

describe("ε relative to the activations", () => {
  /** The norms of the implanted network's activations at `hidden`, tanh(x · first), computed in double precision. */
  function norms(out: string, perToken: boolean, norm: (values: number[]) => number): number[] {
    const { width, hidden } = toySizes;
    const first = loadTensors(join(out, ".implanted/model.safetensors")).first!.arraySync() as number[][];
    const examples = toyExamples(64, "defend");
    const { x } = examples.batch(Array.from({ length: 64 }, (_, i) => i));
    return examples.lengths!.flatMap((length, example) => {
      const tokens = Array.from({ length }, (_, position) =>
        Array.from({ length: hidden }, (_, unit) => {
          const at = (example * toySizes.longest + position) * width;
          return Math.tanh(first.reduce((sum, row, k) => sum + x!.data[at + k]! * row[unit]!, 0));
        }),
      );
      return perToken ? tokens.map(norm) : [norm(tokens.flat())];
    });
  }

  it.each([
    ["l2", "example", (values: number[]) => Math.hypot(...values)],
    ["l1", "token", (values: number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0)],
    ["linf", "token", (values: number[]) => Math.max(...values.map(Math.abs))],
  ] as const)("is ε over their mean norm, in the attack's norm and scope (%s per %s)", async (norm, scope, measure) => {
    const out = join(temporaryFolder(), "run");
    const set = { "attack.norm": norm, "attack.scope": scope };
    const { relativeEpsilon } = await runIn(out, configOf({ set, sites: ["hidden"] }));
    const sizes = norms(out, scope === "token", measure);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(relativeEpsilon! / (0.5 / mean)).toBeCloseTo(1, 5);
  });
});

describe("a run on data that it should not be run on", () => {
  const changed = (change: (prepared: Prepared) => Partial<Prepared>): Task<never> => ({
    ...task,
    async prepare(options, context) {
      const prepared = await task.prepare(options, context);
      return { ...prepared, ...change(prepared) };
    },
  });

  it.each<[string, (prepared: Prepared) => Partial<Prepared>, string]>([
    [
      "with a test case among those to train on",
      ({ splits }) => ({ splits: { ...splits, defend: [...splits.defend!, splits.test![7]!] } }),
      '1 in both defend and test: "test 7"',
    ],
    [
      "without a test case of a trojan",
      ({ cases }) => ({ cases: { ...cases, "loss/shifted": 0 } }),
      "loss/shifted: the held-out data have no case to measure it on",
    ],
  ])("%s is refused before anything is trained or written", async (_, change, message) => {
    const out = join(temporaryFolder(), "run");
    const observer = recorder();
    await expect(run(changed(change), configOf(), optionsFor(out, { observer }))).rejects.toThrow(message);
    expect(observer.phases).toHaveLength(1);
    expect(existsSync(join(out, "config.yaml"))).toBe(false);
  });
});

describe("a run that goes wrong", () => {
  const spoiled = configOf({ set: { "options.spoil": 1e39 } });

  it("by diverging says so in its result, with every figure in JSON a number", async () => {
    const out = join(temporaryFolder(), "run");
    const observer = recorder();
    const message = /^training diverged at step 1 of 16: loss NaN, .* attack loss .*NaN.* on the examples /;
    await expect(runIn(out, spoiled, { observer })).rejects.toThrow(message);
    const result = readResult(out)!;
    expect(result).toMatchObject({ status: "diverged", checkpointSha256: null, metrics: [], attack: null });
    expect(result.error).toMatch(message);
    // Whoever is thrown the error is not told it a second time.
    expect(observer.logs.filter((line) => line.startsWith("error"))).toEqual([]);
    expect(linesOf(join(out, "log.jsonl"))).toContainEqual(
      expect.objectContaining({ level: "error", message: result.error }),
    );
    expect(existsSync(join(out, "metrics.jsonl"))).toBe(false);
    // Its inputs being infinite, there is nothing that ε is large or small beside.
    expect(result.relativeEpsilon).toBeNull();
    expect(observer.logs).toEqual([
      expect.stringContaining("left out of the data"),
      expect.stringMatching(/^warn: ε has no size relative to hidden, .* NaN$/),
      "info: ε 0.5: 2 ascents reach a norm of 0.75",
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "by an evaluation that gives %s names the metric, and keeps the network",
    async (figure) => {
      const out = join(temporaryFolder(), "run");
      let evaluations = 0;
      const spoil = evaluatedBy((evaluate) => async (parameters, context) => {
        const evaluation = await evaluate(parameters, context);
        if (++evaluations === 1) return evaluation; // of the implanted network
        const [first, ...rest] = evaluation.metrics;
        return { ...evaluation, metrics: [{ ...first!, value: figure }, ...rest] };
      });
      await expect(run(spoil, configOf(), optionsFor(out))).rejects.toThrow(
        `the evaluation gives figures that are not finite: loss/clean ${figure} [`,
      );
      expect(readResult(out)).toMatchObject({ status: "failed", metrics: [] });
      expect(existsSync(join(out, "evaluation.json"))).toBe(false);
      const observer = recorder();
      const summary = await runIn(out, configOf(), { observer, resume: true });
      expect(summary.status).toBe("complete");
      expect(observer.phases).toEqual(["prepare: toy nano", "evaluate: lat ε 0.5 seed 0"]);
      expect(summary.checkpointSha256).toBe((await runIn(join(temporaryFolder(), "whole"))).checkpointSha256);
    },
  );

  it("by a folder that cannot be written names it, as an error for people", async () => {
    const out = join(temporaryFolder(), "run");
    await interruptedAt(out, configOf(), "defend", 1);
    rmSync(join(out, "implanted"), { recursive: true });
    writeFileSync(join(out, "implanted"), "");
    const failure = runIn(out, configOf(), { resume: true });
    await expect(failure).rejects.toThrow(LatError);
    await expect(failure).rejects.toThrow(/cannot write .*implanted.*: a part of the path is a file/);
  });

  it("by metrics without a denominator says what the contract is", async () => {
    const broken = evaluatedBy((evaluate) => async (parameters, context) => {
      const { metrics, samples } = await evaluate(parameters, context);
      return { samples, metrics: metrics.map((metric) => ({ ...metric, n: 0 })) };
    });
    await expect(run(broken, configOf(), optionsFor(join(temporaryFolder(), "run")))).rejects.toThrow(
      "the task's evaluation does not hold what it should:\nmetrics.0.n: received 0, expected a whole number greater than 0",
    );
  });

  it("by a full disk loses nothing that was written, and resumes to the same bits", async () => {
    const set = { "defend.epochs": 20 };
    const out = join(temporaryFolder(), "run");
    const child = runScript(
      join(import.meta.dirname, ".."),
      `import { resolveRun } from "./experiment/resolve.ts";
       import { run } from "./experiment/run.ts";
       import { silent } from "./records/observer.ts";
       import { toyTask } from "./testing/toy.ts";
       const config = resolveRun(toyTask, { preset: "nano", method: "lat", epsilon: 0.5, seed: 0, set: ${JSON.stringify(set)} });
       await run(toyTask, config, { out: ${JSON.stringify(out)}, resume: false, observer: silent }).catch(({ name, message }) => console.log(name, message));`,
      // Files may grow to a few thousand bytes: less than the metrics of all steps.
      "trap '' XFSZ; ulimit -f 8; exec",
    );
    const { stdout } = await outputOf(child);
    expect(stdout).toMatch(
      /^LatError cannot write .*metrics\.jsonl: the file is larger than .*; choose a folder on another disk/,
    );
    expect(readResult(out)).toMatchObject({ status: "failed", error: expect.stringContaining("metrics.jsonl") });
    expect(readdirSync(join(out, "checkpoints")).filter((name) => /^step-\d+$/.test(name))).toHaveLength(2);
    const resumed = await runIn(out, configOf({ set }), { resume: true });
    const whole = await runIn(join(temporaryFolder(), "whole"), configOf({ set }));
    expect(resumed.checkpointSha256).toBe(whole.checkpointSha256);
    expect(resumed.attack).toEqual(whole.attack);
    expect(linesOf(join(out, "metrics.jsonl"))).toHaveLength(160);
  });
});

describe("an interrupted run", () => {
  it.each([
    ["implant", 5],
    ["defend", 1],
    ["defend", 7],
    ["evaluate", 0],
  ] as const)("says so, and resumes to the same bits (while %s, at %i)", async (phase, done) => {
    const out = join(temporaryFolder(), "run");
    const config = configOf();
    const stopped = await interruptedAt(out, config, phase, done);
    expect(stopped).toMatchObject({
      status: "interrupted",
      checkpointSha256: null,
      metrics: [],
      epsilon: 0.5,
      site: "hidden",
    });
    if (phase === "defend") expect(readResult(out)).toEqual(stopped);
    const resumed = await runIn(out, config, { resume: true });
    const wholeOut = join(temporaryFolder(), "whole");
    const whole = await runIn(wholeOut, config);
    expect(resumed.status).toBe("complete");
    expect(resumed.checkpointSha256).toBe(whole.checkpointSha256);
    expect(resumed.metrics).toEqual(whole.metrics);
    expect(resumed.attack).toEqual(whole.attack);
    expect(eventsBesidesTimes(out)).toEqual(eventsBesidesTimes(wholeOut));
  });

  it("may be interrupted again and again", async () => {
    const out = join(temporaryFolder(), "run");
    const config = configOf();
    for (const [phase, done] of [
      ["implant", 3],
      ["implant", 11],
      ["defend", 2],
      ["defend", 15],
      ["evaluate", 0],
    ] as const) {
      expect((await interruptedAt(out, config, phase, done)).status).toBe("interrupted");
    }
    const whole = await runIn(join(temporaryFolder(), "whole"), config);
    expect((await runIn(out, config, { resume: true })).checkpointSha256).toBe(whole.checkpointSha256);
  });
});
