import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LatError, readJson, sha256File, UsageError } from "lat-system";
import { failure, setEnvironment, temporaryFolder } from "lat-system/testing";
import { configure, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import type { RunConfig } from "../configuration/config.ts";
import { silent } from "../records/observer.ts";
import { type Summary, summarySchema } from "../records/summary.ts";
import { loadTask } from "../task/registry.ts";
import type { Prepared, Task } from "../task/task.ts";
import { type Recorder, recorder } from "../testing/recorder.ts";
import { toyTask } from "../testing/toy.ts";
import { makeWorkspace, toyCode } from "../testing/workspace.ts";
import type { RunOptions } from "./api.ts";
import { InterruptedError } from "./interrupted.ts";
import { resolveRun, resolveSweep } from "./resolve.ts";
import { run } from "./run.ts";
import { sweep } from "./sweep.ts";

const task = toyTask as Task<never>;
const configs = resolveSweep(toyTask, { preset: "nano", methods: ["ft", "rlp", "lat"], epsilons: [0.5], seeds: [0] });
const sweepIn = (
  out: string,
  runs: readonly RunConfig[] = configs,
  changes: Partial<RunOptions> = {},
): Promise<Summary> => sweep(task, runs, { out, resume: false, observer: silent, ...changes });
const readSummary = async (out: string): Promise<Summary> =>
  summarySchema.parse(await readJson(join(out, "summary.json")));
const statuses = ({ runs }: Summary): string[] => runs.map(({ method, status }) => `${method} ${status}`);
const phasesOf = ({ phases }: Recorder, phase: string): string[] => phases.filter((line) => line.startsWith(phase));

/** The toy task loaded from a package, whose implanted networks are kept in a cache of the test's own. */
async function packagedTask(): Promise<{ packaged: Task<never>; cache: string; folder: string }> {
  const [cache, root] = [temporaryFolder(), temporaryFolder()];
  setEnvironment({ LAT_CACHE: cache });
  makeWorkspace(root, {
    toy: { "package.json": { name: "task-toy", lat: { task: "toy" } }, "dist/index.js": toyCode },
  });
  return { packaged: await loadTask("toy", root), cache, folder: join(root, "tasks/toy") };
}

describe("a sweep", () => {
  it("runs every configuration from one implanted network and writes summary.json", async () => {
    const out = join(temporaryFolder(), "sweep");
    const observer = recorder();
    const summary = await sweepIn(out, configs, { observer });
    expect(await readSummary(out)).toEqual(summary);
    expect(summary).toMatchObject({ schema: 1, task: "toy", preset: "nano", implanted: { folder: "implanted" } });
    expect(statuses(summary)).toEqual(["ft complete", "rlp complete", "lat complete"]);
    expect(phasesOf(observer, "implant")).toHaveLength(1);
    for (const { folder, checkpointSha256, metrics } of summary.runs) {
      expect(checkpointSha256).toBe(sha256File(join(out, folder, "model.safetensors")));
      expect(await readJson(join(out, folder, "evaluation.json"))).toMatchObject({ metrics });
    }
    expect(await readJson(join(out, "implanted/evaluation.json"))).toMatchObject({
      metrics: summary.implanted.metrics,
    });
  });

  it("gives each run the bits that it has alone", async () => {
    const folder = temporaryFolder();
    const { runs } = await sweepIn(join(folder, "sweep"));
    const alone = await run(task, configs[2]!, { out: join(folder, "run"), resume: false, observer: silent });
    expect(runs[2]!.checkpointSha256).toBe(alone.checkpointSha256);
    expect(runs[2]!.relativeEpsilon).toBe(alone.relativeEpsilon);
  });

  it("lists a run that diverged and one that failed with their errors, and goes on", async () => {
    const out = join(temporaryFolder(), "sweep");
    const wild = resolveRun(toyTask, {
      preset: "nano",
      method: "rlp",
      epsilon: 1,
      seed: 0,
      set: { "defend.learningRate": 1e38 },
    });
    // `lat` asks for more examples at a time than there are.
    const starved = resolveRun(toyTask, {
      preset: "nano",
      method: "lat",
      epsilon: 1,
      seed: 0,
      set: { "defend.batchSize": 65 },
    });
    const observer = recorder();
    const before = tf.memory().numTensors;
    const summary = await sweepIn(out, [wild, starved, configs[0]!], { observer });
    expect(tf.memory().numTensors).toBe(before);
    expect(statuses(summary)).toEqual(["rlp diverged", "lat failed", "ft complete"]);
    expect(summary.runs[0]!.error).toMatch(/^training diverged at step \d+ of 16: loss /);
    expect(summary.runs[1]!.error).toMatch(/^64 training examples do not fill one step of 65/);
    expect(await readSummary(out)).toEqual(summary);
    expect(observer.logs.filter((line) => line.startsWith("error"))).toEqual([
      `error: rlp ε 1 seed 0: ${summary.runs[0]!.error}`,
      `error: lat ε 1 seed 0: ${summary.runs[1]!.error}`,
    ]);
    for (const { folder } of summary.runs) {
      // What is not finite would be null in JSON, which no line of numbers may have.
      const files = readdirSync(join(out, folder)).filter((name) => name === "metrics.jsonl");
      for (const name of files) expect(readFileSync(join(out, folder, name), "utf8")).not.toContain("null");
    }
  });

  it("gives each run the memory that one that failed inside an attack had", async () => {
    let failures = 0;
    const losing: Task<never> = {
      ...task,
      async prepare(options, context) {
        const prepared = await task.prepare(options, context);
        const batch: Prepared["defend"]["batch"] = async (indices, length, pass) => {
          const { labels, ...rest } = await prepared.defend.batch(indices, length, pass);
          return pass && failures++ === 0 ? rest : { ...rest, labels: labels! };
        };
        return { ...prepared, defend: { ...prepared.defend, batch } };
      },
    };
    const tensors: number[] = [];
    const observer: Recorder = {
      ...recorder(),
      phase: (name) => void (name === "defend" && tensors.push(tf.memory().numTensors)),
    };
    const seeds = resolveSweep(toyTask, { preset: "nano", methods: ["lat"], epsilons: [0.5], seeds: [0, 1, 2] });
    const summary = await sweep(losing, seeds, { out: join(temporaryFolder(), "sweep"), resume: false, observer });
    expect(statuses(summary)).toEqual(["lat failed", "lat complete", "lat complete"]);
    expect(summary.runs[0]!.error).toMatch(/has no entry "labels"/);
    expect(new Set(tensors).size).toBe(1);
  });

  it("lists a run whose ε could not be set beside the activations, and measures them for the next", async () => {
    let failures = 0;
    const flaky: Task<never> = {
      ...task,
      async prepare(options, context) {
        const prepared = await task.prepare(options, context);
        const batch: Prepared["defend"]["batch"] = async (indices, length, draw) => {
          if (indices.length === prepared.defend.size && failures++ === 0) throw new Error("the disk is gone");
          return prepared.defend.batch(indices, length, draw);
        };
        return { ...prepared, defend: { ...prepared.defend, batch } };
      },
    };
    const out = join(temporaryFolder(), "sweep");
    const before = tf.memory().numTensors;
    const summary = await sweep(flaky, configs, { out, resume: false, observer: silent });
    expect(tf.memory().numTensors).toBe(before);
    expect(statuses(summary)).toEqual(["ft complete", "rlp failed", "lat complete"]);
    expect(summary.runs[1]).toMatchObject({ error: "the disk is gone", relativeEpsilon: null, site: "hidden" });
    expect(summary.runs[2]!.relativeEpsilon).toBeGreaterThan(0);
    expect(await readSummary(out)).toEqual(summary);
  });

  it("that could not start leaves nothing that the next try is refused for", async () => {
    let failures = 0;
    const missing: Task<never> = {
      ...task,
      async prepare(options, context) {
        if (failures++ < 2) throw new LatError("the data is not here yet");
        return task.prepare(options, context);
      },
    };
    const outs = [join(temporaryFolder(), "sweep"), join(temporaryFolder(), "run")] as const;
    const options = (out: string) => ({ out, resume: false, observer: silent });
    const starts = [
      () => sweep(missing, [configs[0]!], options(outs[0])),
      () => run(missing, configs[0]!, options(outs[1])),
    ];
    for (const start of starts) expect((await failure(start())).message).toBe("the data is not here yet");
    expect(outs.flatMap((out) => readdirSync(out))).toEqual([]);
    for (const start of starts) await start();
    expect(statuses(await readSummary(outs[0]))).toEqual(["ft complete"]);
  });

  it("refuses runs that need different implanted networks, and none at all", async () => {
    const other = resolveRun(toyTask, { preset: "nano", method: "ft", seed: 1, set: { "implant.epochs": 1 } });
    const out = join(temporaryFolder(), "sweep");
    expect((await failure(sweepIn(out, [...configs, other]))).message).toContain("differ in more than the defence");
    expect((await failure(sweepIn(out, []))).message).toBe("a sweep needs at least one run");
  });

  it("never writes into a folder that holds something else or another sweep", async () => {
    const out = temporaryFolder();
    writeFileSync(join(out, "notes"), "words");
    expect((await failure(sweepIn(out))).message).toBe(`${out} is not empty and holds no run: choose another --out`);
    rmSync(join(out, "notes"));
    await sweepIn(out, configs.slice(0, 1));
    const again = await failure(sweepIn(out, configs.slice(0, 1)));
    expect(again).toBeInstanceOf(UsageError);
    expect(again.message).toBe(`${out} already holds a sweep: continue it with --resume, or choose another --out`);
    const others = await failure(sweepIn(out, configs, { resume: true }));
    expect(others.message).toMatch(
      /holds a sweep of other runs, so it cannot be resumed or joined\. Differing .*: 1 runs there, 3 now$/,
    );
    const other = { ...configs[0]!, seed: 1, defend: { ...configs[0]!.defend, epochs: 3 } };
    expect((await failure(sweepIn(out, [other], { resume: true }))).message).toMatch(
      /: runs\.0\.seed: 0 there, 1 now; runs\.0\.defend\.epochs: 2 there, 3 now$/,
    );
  });
});

describe("an interrupted sweep", () => {
  it("keeps what is complete, resumes what is not, and ends in the same bits", async () => {
    const out = join(temporaryFolder(), "sweep");
    const controller = new AbortController();
    let defences = 0;
    const stopping = recorder((phase, done) => {
      if (phase === "defend" && done === 5 && ++defences === 2) controller.abort();
    });
    const stopped = await sweepIn(out, configs, { observer: stopping, signal: controller.signal });
    expect(statuses(stopped)).toEqual(["ft complete", "rlp interrupted"]);
    expect(await readSummary(out)).toEqual(stopped);

    const observer = recorder();
    const resumed = await sweepIn(out, configs, { observer, resume: true });
    expect(statuses(resumed)).toEqual(["ft complete", "rlp complete", "lat complete"]);
    expect(resumed.runs[0]).toEqual(stopped.runs[0]);
    expect(observer.phases).toEqual([
      "prepare: toy nano",
      "defend: rlp ε 0.5 seed 0",
      "evaluate: rlp ε 0.5 seed 0",
      "defend: lat ε 0.5 seed 0",
      "evaluate: lat ε 0.5 seed 0",
    ]);
    const whole = await sweepIn(join(temporaryFolder(), "whole"));
    expect(resumed.runs.map((each) => each.checkpointSha256)).toEqual(whole.runs.map((each) => each.checkpointSha256));
  });

  it("before there is an implanted network throws that it was, and goes on from there", async () => {
    const out = join(temporaryFolder(), "sweep");
    const controller = new AbortController();
    const observer = recorder((phase, done) => {
      if (phase === "implant" && done === 9) controller.abort();
    });
    const error = await failure(sweepIn(out, configs, { observer, signal: controller.signal }));
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toBe("interrupted while implanting: what is done is kept, --resume goes on from there");
    const steps: number[] = [];
    const resuming = recorder((phase, done) => {
      if (phase === "implant") steps.push(done);
    });
    const resumed = await sweepIn(out, configs, { observer: resuming, resume: true });
    expect(steps[0]).toBe(10);
    const whole = await sweepIn(join(temporaryFolder(), "whole"));
    expect(resumed.implanted.metrics).toEqual(whole.implanted.metrics);
    expect(resumed.runs.map((each) => each.checkpointSha256)).toEqual(whole.runs.map((each) => each.checkpointSha256));
  });
});

describe("the cache of implanted networks", () => {
  it("is shared by runs and sweeps of the same code and options, and by no others", async () => {
    const { packaged, cache, folder } = await packagedTask();
    const outs = temporaryFolder();
    const implants = async (name: string, config: RunConfig, work: typeof run | typeof sweep): Promise<number> => {
      const observer = recorder();
      const options = { out: join(outs, name), resume: false, observer };
      await (work === run ? run(packaged, config, options) : sweep(packaged, [config], options));
      return phasesOf(observer, "implant").length;
    };
    const [ft, , lat] = configs;
    expect(await implants("first", ft!, sweep)).toBe(1);
    expect(await implants("second", lat!, sweep)).toBe(0);
    expect(await implants("third", { ...ft!, seed: 4 }, run)).toBe(0);
    expect(await implants("fourth", { ...ft!, implantSeed: 4 }, run)).toBe(1);
    expect(await implants("fifth", { ...ft!, options: { ...ft!.options, examples: 32 } }, run)).toBe(1);
    appendFileSync(join(folder, "dist/index.js"), "// other code\n");
    expect(await implants("sixth", ft!, run)).toBe(1);
    const data = temporaryFolder();
    writeFileSync(join(data, "words.txt"), "words");
    expect(await implants("seventh", { ...ft!, data }, run)).toBe(1);
    expect(await implants("eighth", { ...ft!, data }, run)).toBe(0);
    writeFileSync(join(data, "words.txt"), "other words");
    expect(await implants("ninth", { ...ft!, data }, run)).toBe(1);
    configure({ eager: true });
    expect(await implants("tenth", ft!, run)).toBe(1);
    configure({ eager: false });
    const kept = readdirSync(join(cache, "implanted"));
    expect(kept).toHaveLength(7);
    expect(kept.every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
  });

  it.each(["model.safetensors", "evaluation.json"])(
    "that was tampered with is answered with the file and both hashes (%s)",
    async (name) => {
      const { packaged, cache } = await packagedTask();
      const outs = temporaryFolder();
      const once = (out: string) =>
        run(packaged, configs[0]!, { out: join(outs, out), resume: false, observer: silent });
      await once("first");
      const [key] = readdirSync(join(cache, "implanted"));
      const folder = join(cache, "implanted", key!);
      const path = join(folder, name);
      const expected = sha256File(path);
      const bytes = readFileSync(path);
      bytes[bytes.length - 3]! ^= 1;
      writeFileSync(path, bytes);
      expect((await failure(once("second"))).message).toBe(
        `${path} has SHA-256 ${sha256File(path)}, expected ${expected}: it was changed or damaged. Remove ${folder} to train it again.`,
      );
      rmSync(folder, { recursive: true });
      expect((await once("third")).status).toBe("complete");
      writeFileSync(join(folder, "done.json"), "{}");
      expect((await failure(once("fourth"))).message).toContain(
        "done.json does not hold what it should:\nsha256: missing",
      );
    },
  );
});
