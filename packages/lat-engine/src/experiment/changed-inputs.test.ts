import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LatError, UsageError } from "lat-system";
import { temporaryFolder } from "lat-system/testing";
import { describe, expect, it } from "vitest";
import { silent } from "../records/observer.ts";
import { readEvaluation, readResult } from "../records/results.ts";
import { readSummary } from "../records/sweep-folder.ts";
import type { Task } from "../task/task.ts";
import { toyTask } from "../testing/toy.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { resolveRun, resolveSweep } from "./resolve.ts";
import { run } from "./run.ts";
import { sweep } from "./sweep.ts";

const request = { preset: "nano", method: "ft", seed: 0 } as const;
const options = (out: string, resume = false) => ({ out, resume, observer: silent });

/** The toy task, which takes a folder as data, and measures what a file says that an option of it names. */
function fileTask(): { task: Task<never>; data: string; named: string } {
  const folder = temporaryFolder();
  const [data, named] = [join(folder, "data.csv"), join(folder, "held-out.csv")];
  writeFileSync(data, "a\n");
  writeFileSync(named, "0.25");
  const task: Task<never> = {
    ...(toyTask as Task<never>),
    data: "a file",
    reads: () => [named],
    async prepare(given, context) {
      const prepared = await toyTask.prepare(given, context);
      return {
        ...prepared,
        async evaluate(parameters, measuring) {
          const { metrics, samples } = await prepared.evaluate(parameters, measuring);
          const value = Number(readFileSync(named, "utf8"));
          return { samples, metrics: metrics.map((metric) => ({ ...metric, value, interval: [value, value] })) };
        },
      };
    },
  };
  return { task, data, named };
}

describe("a run of files that a person gave", () => {
  it("is not resumed, nor measured, on other content, and the file is named", async () => {
    const { task, data, named } = fileTask();
    const out = join(temporaryFolder(), "run");
    const config = resolveRun(task as never, { ...request, data });
    await run(task, config, options(out));
    for (const file of [data, named]) {
      const before = readFileSync(file, "utf8");
      appendFileSync(file, "1");
      for (const again of [() => run(task, config, options(out, true)), () => evaluateRun(task, out, options(out))]) {
        const error = await again().catch((caught: unknown) => caught as Error);
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toContain(`is of other data than there are now: ${file} has another content`);
      }
      writeFileSync(file, before);
    }
    await evaluateRun(task, out, options(out));
    expect((await run(task, config, options(out, true))).status).toBe("complete");
  });
});

describe("measuring a run again", () => {
  it("renews the figures wherever they are: in the run's folder, and in its sweep's summary", async () => {
    const { task } = fileTask();
    const out = join(temporaryFolder(), "sweep");
    const configs = resolveSweep(task as never, { preset: "nano", methods: ["ft"], seeds: [0] });
    await sweep(task, configs, options(out));
    const folder = join(out, "runs/ft-seed0");
    const improved: Task<never> = {
      ...task,
      async prepare(given, context) {
        const prepared = await task.prepare(given, context);
        const evaluate: typeof prepared.evaluate = async (parameters, measuring) => {
          const { metrics, samples } = await prepared.evaluate(parameters, measuring);
          return { samples, metrics: metrics.map((metric) => ({ ...metric, value: 0.75 })) };
        };
        return { ...prepared, evaluate };
      },
    };
    const { metrics } = await evaluateRun(improved, folder, options(folder));
    expect(metrics[0]!.value).toBe(0.75);
    expect(readEvaluation(folder)!.metrics).toEqual(metrics);
    expect(readResult(folder)!.metrics).toEqual(metrics);
    expect(readSummary(out)!.runs[0]!.metrics).toEqual(metrics);
  });

  it("refuses weights that the run did not end with, and a run that has not ended", async () => {
    const { task } = fileTask();
    const out = join(temporaryFolder(), "run");
    const config = resolveRun(task as never, request);
    const other = join(temporaryFolder(), "other");
    await run(task, config, options(out));
    await run(task, resolveRun(task as never, { ...request, seed: 1 }), options(other));
    const model = join(out, "model.safetensors");
    writeFileSync(model, readFileSync(join(other, "model.safetensors")));
    await expect(evaluateRun(task, out, options(out))).rejects.toThrow(
      /model\.safetensors has SHA-256 [0-9a-f]{64}, but this run ended with [0-9a-f]{64}/,
    );
    writeFileSync(
      join(out, "result.json"),
      readFileSync(join(out, "result.json"), "utf8").replace("complete", "failed"),
    );
    await expect(evaluateRun(task, out, options(out))).rejects.toThrow(LatError);
  });
});
