import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Claim, sha256File } from "lat-system";
import { disposeAll, tf, threads } from "lat-tensorflow";
import { summarizeAttacks } from "../attack/diagnostics.ts";
import { reach } from "../attack/reach.ts";
import type { RunConfig } from "../configuration/config.ts";
import { methods } from "../configuration/methods.ts";
import { RunLog, readMeta, writeMeta } from "../records/meta.ts";
import { MetricsFile } from "../records/metrics-file.ts";
import { readResult, writeEvaluation, writeResult } from "../records/results.ts";
import { labelOf } from "../records/run-name.ts";
import type { RunSummary } from "../records/summary.ts";
import { loadTensors, MODEL, saveTensors } from "../train/checkpoint.ts";
import { DivergedError } from "../train/trainer.ts";
import type { RunOptions } from "./api.ts";
import { evaluateParameters } from "./evaluate.ts";
import type { Implanted } from "./implant.ts";
import { InterruptedError } from "./interrupted.ts";
import type { Session } from "./session.ts";
import { CHECKPOINTS, trainIn } from "./train-in.ts";

/**
 * Defends and evaluates in a claimed folder and writes what came of it to `result.json`, whatever that is. A run that is
 * complete there is left as it is.
 *
 * @throws what the training or the evaluation failed with, after `result.json` says so
 */
export async function defend(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  options: RunOptions,
  claim: Claim,
): Promise<RunSummary> {
  const { out, observer } = options;
  const known = readResult(out);
  if (known?.status === "complete") return known;
  const log = new RunLog(out, observer);
  warnOfOtherThreads(out, log);
  await writeMeta(out, config);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let relativeEpsilon: number | null = null;
  let trainSeconds = 0;
  let outcome: Outcome;
  let failure: Error | undefined;
  try {
    relativeEpsilon = await relativeSize(session, implanted, config, log);
    await trainDefence(session, implanted, config, { ...options, observer: log }, claim).finally(() => {
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
  await writeResult(out, summary);
  if (failure) {
    log.write("error", failure.message);
    throw failure;
  }
  for (const warning of attack?.warnings ?? []) log.log("warn", `${labelOf(config)}: ${warning}`);
  return summary;
}

type Outcome = Pick<RunSummary, "status"> & Partial<Pick<RunSummary, "error" | "checkpointSha256" | "metrics">>;

/** Bits can depend on the number of threads: a run that goes on with another one may not end as it would have. */
function warnOfOtherThreads(out: string, log: RunLog): void {
  const before = readMeta(out)?.device.threads;
  if (before === undefined || before === threads()) return;
  log.log(
    "warn",
    `this run began with ${before} CPU threads and goes on with ${threads()}: its bits may differ (--threads ${before} keeps them)`,
  );
}

/** Trains the defended network into `model.safetensors`, unless a resumed run has it already. */
async function trainDefence(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  { out, observer, signal }: RunOptions,
  claim: Claim,
): Promise<void> {
  if (existsSync(join(out, MODEL))) return;
  const epsilon = config.epsilon === null ? undefined : tf.scalar(config.epsilon);
  observer.phase("defend", labelOf(config));
  if (config.epsilon !== null && config.attack.steps > 0) {
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
    const trained = await trainIn(out, session, job, { observer, signal }, claim);
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
export function outline({ method, epsilon, sites, seed }: RunConfig): Omit<RunSummary, "status"> {
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
