import type { Claim } from "lat-system";
import { disposeAll } from "lat-tensorflow";
import type { RunConfig } from "../configuration/config.ts";
import { claimFolder } from "../records/claim-folder.ts";
import { holdsRun, writeRunConfig } from "../records/folder.ts";
import { refuseChangedInputs, writeInputs } from "../records/inputs.ts";
import type { RunSummary } from "../records/summary.ts";
import type { Task } from "../task/task.ts";
import type { RunOptions } from "./api.ts";
import { defend, outline } from "./defend.ts";
import { copyImplanted, implant } from "./implant.ts";
import { inputsOf } from "./inputs.ts";
import { InterruptedError } from "./interrupted.ts";
import { Session } from "./session.ts";

/**
 * One experiment, whole: prepare → implant → defend → evaluate, in a folder of its own, which no other process writes in
 * meanwhile. What is done already is not done again when it is resumed, and the result is the same to the bit.
 *
 * @throws UsageError where another process works in the folder, or it holds a run of another configuration or other data
 */
export async function run(task: Task<never>, config: RunConfig, options: RunOptions): Promise<RunSummary> {
  const claim = await claimFolder(options.out);
  try {
    return await runClaimed(task, config, options, claim);
  } finally {
    claim.release();
  }
}

async function runClaimed(
  task: Task<never>,
  config: RunConfig,
  options: RunOptions,
  claim: Claim,
): Promise<RunSummary> {
  const { out, observer } = options;
  // Refused before the data is read, written after: a run that cannot start leaves nothing to be refused for next time.
  const known = holdsRun(out, config, options.resume);
  const inputs = inputsOf(task, config);
  refuseChangedInputs(out, inputs);
  const session = await Session.open(task, config, observer, inputs);
  try {
    if (!known) await beginRun(out, config, session);
    const implanted = await implant(task, session, config, options);
    try {
      await copyImplanted(implanted, out);
      return await defend(session, implanted, config, options, claim);
    } finally {
      disposeAll(implanted.parameters);
    }
  } catch (error) {
    if (error instanceof InterruptedError) return { ...outline(config), status: "interrupted" };
    throw error;
  } finally {
    session.close();
  }
}

/** Writes what a run is of. The configuration comes last: with it, the folder holds a run. */
export async function beginRun(out: string, config: RunConfig, { inputs }: Session): Promise<void> {
  await writeInputs(out, inputs);
  await writeRunConfig(out, config);
}
