import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LatError, sha256File, writeJson } from "lat-system";
import { disposeAll, tf } from "lat-tensorflow";
import { summarizeAttacks } from "../attack/diagnostics.ts";
import { reach } from "../attack/reach.ts";
import type { RunConfig } from "../configuration/config.ts";
import { readContentIfThere } from "../configuration/content.ts";
import { methods } from "../configuration/methods.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { holdsRun, readRunConfig, writeRunConfig } from "../records/folder.ts";
import { RunLog, writeMeta } from "../records/meta.ts";
import { MetricsFile } from "../records/metrics-file.ts";
import { type RunSummary, runSummarySchema } from "../records/summary.ts";
import type { Task } from "../task/task.ts";
import { loadTensors, MODEL, saveTensors } from "../train/checkpoint.ts";
import { DivergedError } from "../train/trainer.ts";
import type { RunOptions } from "./api.ts";
import { evaluateParameters } from "./evaluate.ts";
import { copyImplanted, type Implanted, implant } from "./implant.ts";
import { InterruptedError } from "./interrupted.ts";
import { Session } from "./session.ts";
import { CHECKPOINTS, trainIn } from "./train-in.ts";

const RESULT = "result.json";

/** `lat ε 8 seed 0`: a run for people. */
export function labelOf({ method, epsilon, seed }: Pick<RunConfig, "method" | "epsilon" | "seed">): string {
  return [method, ...(epsilon === null ? [] : [`ε ${epsilon}`]), `seed ${seed}`].join(" ");
}

/**
 * One experiment, whole: prepare → implant → defend → evaluate, in a folder of its own. What is done already is not
 * done again when it is resumed, and the result is the same to the bit.
 */
export async function run(task: Task<never>, config: RunConfig, options: RunOptions): Promise<RunSummary> {
  // Refused before the data is read, written after: a run that cannot start leaves nothing to be refused for next time.
  const known = holdsRun(options.out, config, options.resume);
  const session = await Session.open(task, config, options.observer);
  try {
    if (!known) await writeRunConfig(options.out, config);
    const implanted = await implant(task, session, config, options);
    try {
      await copyImplanted(implanted, options.out);
      return await defend(session, implanted, config, options);
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

/** Measures a finished run's network anew and writes its `evaluation.json`. */
export async function evaluateRun(
  task: Task<never>,
  folder: string,
  options: Pick<RunOptions, "observer" | "signal">,
): Promise<Evaluation> {
  const config = readRunConfig(folder);
  const model = join(folder, MODEL);
  if (!existsSync(model))
    throw new LatError(`${folder} has no finished network (${MODEL}): finish it with \`lat run … --resume\``);
  const session = await Session.open(task, config, options.observer);
  const parameters = loadTensors(model);
  try {
    options.observer.phase("evaluate", labelOf(config));
    const evaluation = await evaluateParameters(session, parameters, options);
    await writeEvaluation(folder, evaluation);
    return evaluation;
  } finally {
    disposeAll(parameters);
    session.close();
  }
}

/**
 * Defends and evaluates in an opened folder and writes what came of it to `result.json`, whatever that is. A run that is
 * complete there is left as it is.
 *
 * @throws what the training or the evaluation failed with, after `result.json` says so
 */
export async function defend(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  options: RunOptions,
): Promise<RunSummary> {
  const { out, observer } = options;
  const known = readResult(out);
  if (known?.status === "complete") return known;
  const log = new RunLog(out, observer);
  await writeMeta(out, config);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let relativeEpsilon: number | null = null;
  let trainSeconds = 0;
  let outcome: Outcome;
  let failure: Error | undefined;
  try {
    relativeEpsilon = await relativeSize(session, implanted, config, log);
    await trainDefence(session, implanted, config, { ...options, observer: log }).finally(() => {
      trainSeconds = seconds();
    });
    outcome = await measure(session, config, { ...options, observer: log });
  } catch (error) {
    if (error instanceof InterruptedError) outcome = { status: "interrupted" };
    else {
      failure = error as Error;
      outcome = { status: error instanceof DivergedError ? "diverged" : "failed", error: failure.message };
    }
  }
  const epsilon = config.epsilon ?? 0;
  const bounds = { epsilon, reach: reach(config.attack, epsilon) };
  const attack = summarizeAttacks(new MetricsFile(out).read(), bounds) ?? null;
  const measured = { relativeEpsilon, wallSeconds: seconds(), trainSeconds, attack };
  const summary: RunSummary = { ...outline(config), ...measured, ...outcome };
  await writeJson(join(out, RESULT), summary);
  if (failure) {
    log.write("error", failure.message);
    throw failure;
  }
  for (const warning of attack?.warnings ?? []) log.log("warn", `${labelOf(config)}: ${warning}`);
  return summary;
}

type Outcome = Pick<RunSummary, "status"> & Partial<Pick<RunSummary, "error" | "checkpointSha256" | "metrics">>;

/** What `result.json` in a run's folder says; undefined where there is none. */
export function readResult(folder: string): RunSummary | undefined {
  return readContentIfThere(join(folder, RESULT), runSummarySchema);
}

/** Trains the defended network into `model.safetensors`, unless a resumed run has it already. */
async function trainDefence(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  { out, observer, signal }: RunOptions,
): Promise<void> {
  if (existsSync(join(out, MODEL))) return;
  const epsilon = config.epsilon === null ? undefined : tf.scalar(config.epsilon);
  observer.phase("defend", labelOf(config));
  if (config.epsilon !== null) {
    const [steps, reached] = [config.attack.steps, reach(config.attack, config.epsilon)];
    observer.log("info", `ε ${config.epsilon}: ${steps} ascents reach a norm of ${Number(reached.toPrecision(3))}`);
  }
  try {
    const job = {
      descent: session.descent(config.defend, config.attack),
      perturber: epsilon && { attack: session.attack(session.sites(config), config.attack), epsilon },
      parameters: implanted.parameters,
      examples: session.prepared.defend,
      config: config.defend,
      seed: config.seed,
    };
    const trained = await trainIn(out, session, job, { observer, signal });
    try {
      if (!trained.interrupted) await saveTensors(join(out, MODEL), trained.parameters);
    } finally {
      disposeAll(trained.parameters);
    }
    if (!trained.interrupted) rmSync(join(out, CHECKPOINTS), { recursive: true, force: true });
    if (trained.interrupted) throw new InterruptedError("the training was interrupted");
  } finally {
    disposeAll(epsilon);
  }
}

/** Evaluates the network in `model.safetensors`. */
async function measure(session: Session, config: RunConfig, options: RunOptions): Promise<Outcome> {
  const model = join(options.out, MODEL);
  const parameters = loadTensors(model);
  options.observer.phase("evaluate", labelOf(config));
  const evaluation = await evaluateParameters(session, parameters, options).finally(() => disposeAll(parameters));
  await writeEvaluation(options.out, evaluation);
  return { status: "complete", checkpointSha256: sha256File(model), metrics: evaluation.metrics };
}

async function writeEvaluation(folder: string, evaluation: Evaluation): Promise<void> {
  await writeJson(join(folder, "evaluation.json"), evaluation);
  new MetricsFile(folder).evaluated(evaluation.metrics);
}

/** ε over the mean norm of the implanted network's activations at the sites; null where nothing has such a size. */
async function relativeSize(
  session: Session,
  { parameters }: Implanted,
  config: RunConfig,
  log: RunLog,
): Promise<number | null> {
  if (config.epsilon === null) return null;
  const sites = session.sites(config);
  const norms = await Promise.all(sites.map((site) => session.activationNorm(parameters, site, config.attack)));
  const relative = config.epsilon / (norms.reduce((sum, norm) => sum + norm, 0) / norms.length);
  if (Number.isFinite(relative)) return relative;
  const place = config.sites.join("+");
  log.log("warn", `ε has no size relative to ${place}, where the mean norm of the activations is ${norms.join(", ")}`);
  return null;
}

/** What the summary says of a run of which nothing is known yet. */
function outline({ method, epsilon, sites, seed }: RunConfig): Omit<RunSummary, "status"> {
  return {
    method,
    epsilon,
    relativeEpsilon: null,
    site: methods[method].perturbs ? sites.join("+") : null,
    seed,
    wallSeconds: 0,
    trainSeconds: 0,
    checkpointSha256: null,
    metrics: [],
    attack: null,
    folder: ".",
  };
}
