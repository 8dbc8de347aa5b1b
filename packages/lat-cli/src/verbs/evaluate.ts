import { resolve } from "node:path";
import type { Command } from "commander";
import { addComputeOptions, type CommonOptions, type ComputeOptions, verb } from "../shared/options.ts";
import { print, printJson } from "../shared/output.ts";

export function addEvaluate(program: Command): void {
  const command = verb(
    program,
    "evaluate",
    "measure a trained run again, on its task's held-out data",
    "lat evaluate runs/first/lat-eps8-seed0",
  ).argument("<run>", "the folder of a run");
  addComputeOptions(command).action(evaluate);
}

async function evaluate(run: string, options: CommonOptions & ComputeOptions): Promise<void> {
  const { evaluateRun, loadTask, readRunConfig } = await import("lat-engine/experiment");
  const { chooseCompute } = await import("../shared/compute.ts");
  const { observe, openDisplay } = await import("../shared/progress.ts");
  const { interruptible } = await import("../shared/signals.ts");
  const folder = resolve(run);
  const task = await loadTask(readRunConfig(folder).task, process.cwd());
  chooseCompute(options);
  const display = openDisplay();
  try {
    const evaluation = await interruptible((signal) =>
      evaluateRun(task, folder, { observer: observe(display), signal }),
    );
    if (options.json) return printJson(evaluation);
    const { metricsTable } = await import("../shared/results.ts");
    print(metricsTable(evaluation.metrics));
  } finally {
    display.close();
  }
}
