import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runScript } from "lat-system/testing";
import type { SweepRequest } from "../experiment/api.ts";
import { readSteps } from "../records/metrics-file.ts";
import type { Summary } from "../records/summary.ts";

/** The folder that a script's imports are taken from. */
export const source = join(import.meta.dirname, "..");

/** A process of its own that works on a sweep of the toy task, and prints each run that it takes. */
export function sweepingProcess(out: string, request: SweepRequest, resume = false): ChildProcess {
  return runScript(
    source,
    `import { resolveSweep } from "./experiment/resolve.ts";
     import { sweep } from "./experiment/sweep.ts";
     import { toyTask } from "./testing/toy.ts";
     const observer = { phase: () => {}, progress: () => {}, log: (level, message) => console.log(message) };
     const summary = await sweep(toyTask, resolveSweep(toyTask, ${JSON.stringify(request)}), {
       out: ${JSON.stringify(out)}, resume: ${resume}, observer,
     });
     console.log("sees " + summary.runs.length + " ended");`,
  );
}

/** What of a sweep does not depend on when and by whom a run was done. */
export function figures({ runs, ...summary }: Summary) {
  const timeless = runs.map(({ wallSeconds: _, trainSeconds: __, ...run }) => run);
  return { ...summary, implanted: { ...summary.implanted, wallSeconds: 0 }, runs: timeless };
}

export function summaryIn(out: string): Summary {
  return JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as Summary;
}

/** The numbers of the steps in the metrics of every run. */
export function stepsIn(out: string): number[][] {
  return readdirSync(join(out, "runs")).map((name) => readSteps(join(out, "runs", name)).map(({ step }) => step));
}
