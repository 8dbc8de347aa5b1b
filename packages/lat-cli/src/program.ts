import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addCache } from "./verbs/cache.ts";
import { addData } from "./verbs/data.ts";
import { addDoctor } from "./verbs/doctor.ts";
import { addEvaluate } from "./verbs/evaluate.ts";
import { addReport } from "./verbs/report.ts";
import { addRun } from "./verbs/run.ts";
import { addSweep } from "./verbs/sweep.ts";
import { addTasks } from "./verbs/tasks.ts";

/** The command line. A verb's own code is loaded when the verb runs, so that help and typing errors answer at once. */
export function buildProgram(): Command {
  const manifest = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const program = new Command("lat")
    .description(
      "Latent adversarial training: train a network against the worst small change of its hidden activations, " +
        "and measure whether that helped against failures it never saw.",
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError("(`lat --help` and `lat <verb> --help` show what there is)")
    .addHelpText(
      "after",
      "\nIn this repository start it as `bun run lat …`.\n\nExamples:\n  lat doctor --fix\n  lat tasks\n  lat sweep <task> --preset nano --out runs/first",
    );
  for (const add of [addDoctor, addData, addTasks, addRun, addSweep, addEvaluate, addReport, addCache]) add(program);
  return program;
}
