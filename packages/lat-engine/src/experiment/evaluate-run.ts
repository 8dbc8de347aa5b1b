import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { LatError, sha256File } from "lat-system";
import { disposeAll } from "lat-tensorflow";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { claimFolder } from "../records/claim-folder.ts";
import { readRunConfig } from "../records/folder.ts";
import { refuseChangedInputs } from "../records/inputs.ts";
import { readResult, writeEvaluation } from "../records/results.ts";
import { labelOf } from "../records/run-name.ts";
import { readSummary, writeSummary } from "../records/sweep-folder.ts";
import type { Task } from "../task/task.ts";
import { loadTensors, MODEL } from "../train/checkpoint.ts";
import type { RunOptions } from "./api.ts";
import { evaluateParameters } from "./evaluate.ts";
import { inputsOf } from "./inputs.ts";
import { resolveConfig } from "./resolve.ts";
import { Session } from "./session.ts";

/**
 * Measures a finished run's network anew and writes its `evaluation.json`; where the run is one of a sweep, the sweep's
 * `summary.json` too.
 *
 * @throws LatError where the run is not finished or its network is not the one that it trained, UsageError where another
 *   process works in the folder or the data are others than the run's
 */
export async function evaluateRun(
  task: Task<never>,
  folder: string,
  options: Pick<RunOptions, "observer" | "signal">,
): Promise<Evaluation> {
  const config = resolveConfig(task, readRunConfig(folder), folder);
  const claim = await claimFolder(folder);
  try {
    const model = finishedModel(folder);
    const inputs = inputsOf(task, config);
    refuseChangedInputs(folder, inputs);
    const session = await Session.open(task, config, options.observer, inputs);
    const parameters = loadTensors(model);
    try {
      options.observer.phase("evaluate", labelOf(config));
      const evaluation = await evaluateParameters(session, parameters, options);
      await writeEvaluation(folder, evaluation);
      const sweep = dirname(dirname(folder));
      if (readSummary(sweep)) await writeSummary(sweep);
      return evaluation;
    } finally {
      disposeAll(parameters);
      session.close();
    }
  } finally {
    claim.release();
  }
}

/** The path of the network that the folder's run ended with. */
function finishedModel(folder: string): string {
  const model = join(folder, MODEL);
  const result = readResult(folder);
  if (result?.status !== "complete" || !existsSync(model))
    throw new LatError(`${folder} has no finished network (${MODEL}): finish it with \`lat run --resume ${folder}\``);
  const found = sha256File(model);
  if (found === result.checkpointSha256) return model;
  throw new LatError(
    `${model} has SHA-256 ${found}, but this run ended with ${result.checkpointSha256}: the file is not the network that ` +
      "the run trained. Put that one back, or train it again.",
  );
}
