import { resolve } from "node:path";
import type { Command } from "commander";
import type { RunRequest } from "lat-engine/experiment";
import type { MethodName } from "lat-engine/records";
import type { Task } from "lat-engine/task";
import { addExperimentOptions, type ExperimentOptions, number, verb, wholeNumber } from "../shared/options.ts";
import { note, print, printJson } from "../shared/output.ts";

interface RunVerbOptions extends ExperimentOptions {
  readonly method?: string;
  readonly epsilon?: number;
  readonly seed: number;
}

export function addRun(program: Command): void {
  const command = verb(
    program,
    "run",
    "train one defence and evaluate it",
    "lat run <task> --preset nano --method lat --epsilon 8 --site layers.1.residual --seed 0",
  )
    .argument("[task]", "a name that `lat tasks` lists (default: the task whose package this folder is in)")
    .option("--method <name>", "ft, rlp, at or lat (default: lat)")
    .option(
      "--epsilon <number>",
      "bound of the perturbation's norm, for rlp, at and lat (default: the first that the preset sweeps it at)",
      number,
    )
    .option("--seed <n>", "seed of every random draw", wholeNumber, 0);
  addExperimentOptions(command).action(run);
}

async function run(name: string | undefined, options: RunVerbOptions, command: Command): Promise<void> {
  const engine = await import("lat-engine/experiment");
  const { readExperiment, trainInto } = await import("../shared/experiment.ts");
  const { readGivenBack } = await import("../shared/given-back.ts");
  const given = await readGivenBack(command, name, options, (path) => [engine.readRunConfig(path)]);
  const { task, configs } = given ?? (await asked());
  const config = configs[0]!;

  async function asked() {
    const { task, shared } = await readExperiment(name, options);
    const perturbation = perturbationOf(task, shared.preset, options);
    return { task, configs: [engine.resolveRun(task, { ...shared, ...perturbation, seed: options.seed })] };
  }

  if (options.dryRun) {
    const { plan } = await import("../shared/plan.ts");
    return plan(task, [config], options);
  }
  const out = resolve(given?.out ?? options.out ?? engine.defaultRunFolder(task, config));
  const summary = await trainInto(
    options,
    out,
    (runOptions) => engine.run(task, config, runOptions),
    ({ status }) => status === "interrupted",
  );
  if (options.json) printJson(summary);
  else {
    const { metricsTable } = await import("../shared/results.ts");
    print(metricsTable(summary.metrics));
  }
  note(`Folder: ${out}`);
}

/** What was asked for, which the engine checks; where no method was, LAT, and where no ε was, the preset's first for it. */
function perturbationOf(
  { presets }: Task<never>,
  preset: string,
  { method = "lat", epsilon }: RunVerbOptions,
): Pick<RunRequest, "method" | "epsilon"> {
  const grids: Readonly<Record<string, readonly number[]>> = presets[preset]?.sweep?.epsilons ?? {};
  const first = grids[method]?.[0];
  if (epsilon === undefined && first !== undefined) {
    note(`ε ${first}, the first that preset ${preset} sweeps ${method} at; --epsilon chooses another`);
  }
  return { method: method as MethodName, epsilon: epsilon ?? first };
}
