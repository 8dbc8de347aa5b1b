import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { MethodName } from "lat-engine/records";
import { LatError } from "lat-system";
import {
  addExperimentOptions,
  type ExperimentOptions,
  names,
  numberGrid,
  verb,
  wholeNumbers,
} from "../shared/options.ts";
import { note, print, printJson } from "../shared/output.ts";

interface SweepOptions extends ExperimentOptions {
  readonly methods: readonly string[];
  readonly epsilons?: readonly number[];
  readonly seeds?: readonly number[];
}

export function addSweep(program: Command): void {
  const command = verb(
    program,
    "sweep",
    "train and evaluate every method at every ε and seed, and write the report",
    "lat sweep <task> --preset nano --methods ft,lat --epsilons 1:16:6 --seeds 0,1,2 --out runs/first",
  )
    .argument("[task]", "a name that `lat tasks` lists (default: the task whose package this folder is in)")
    .option("--methods <names>", "comma-separated", names, ["ft", "rlp", "at", "lat"])
    .option(
      "--epsilons <grid>",
      "from:to:count, or a comma-separated list (default: the preset's, by method)",
      numberGrid,
    )
    .option("--seeds <list>", "comma-separated (default: the preset's)", wholeNumbers);
  addExperimentOptions(command).action(sweep);
}

async function sweep(name: string | undefined, options: SweepOptions, command: Command): Promise<void> {
  const engine = await import("lat-engine/experiment");
  const { readExperiment, trainInto } = await import("../shared/experiment.ts");
  const { readGivenBack } = await import("../shared/given-back.ts");
  const given = await readGivenBack(command, name, options, engine.readSweepConfigs);
  const { task, configs } = given ?? (await asked());

  async function asked() {
    const { task, shared } = await readExperiment(name, options);
    // The engine refuses what is not a method, and says which there are.
    const methods = options.methods as MethodName[];
    const { epsilons, seeds } = options;
    return { task, configs: engine.resolveSweep(task, { ...shared, methods, epsilons, seeds }) };
  }

  if (options.dryRun) {
    const { plan } = await import("../shared/plan.ts");
    return plan(task, configs, options);
  }
  const out = resolve(given?.out ?? options.out ?? engine.defaultSweepFolder(task, configs));
  const summary = await trainInto(
    options,
    out,
    (runOptions) => engine.sweep(task, configs, runOptions),
    ({ runs }) => runs.length < configs.length || runs.some(({ status }) => status === "interrupted"),
  );
  const { sweepResults } = await import("../shared/results.ts");
  if (options.json) printJson(summary);
  else print(await sweepResults(out));
  note(`Summary: ${join(out, "summary.json")}`);
  const { writeReport } = await import("lat-report");
  const { html } = await writeReport(out);
  if (options.json) note(`Report: ${html}`);
  else print(`\nReport: ${html}`);
  const failed = summary.runs.filter(({ status }) => status === "failed");
  if (failed.length > 0)
    throw new LatError(`${failed.length} of ${summary.runs.length} runs failed: ${failed[0]!.error}`);
}
