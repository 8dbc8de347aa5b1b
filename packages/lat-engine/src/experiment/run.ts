import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LatError, readJson, sha256File } from "lat-system";
import { disposeAll, tf } from "lat-tensorflow";
import { summarizeAttacks } from "../attack/diagnostics.ts";
import { methods } from "../method/method.ts";
import type { Task } from "../task/task.ts";
import { loadTensors, saveTensors } from "../train/checkpoint.ts";
import { DivergedError, train } from "../train/trainer.ts";
import type { RunConfig, RunOptions } from "./api.ts";
import { EvaluationAborted, evaluateParameters } from "./evaluate.ts";
import { MetricsFile, openRunFolder, readRunConfig, writeJson } from "./folder.ts";
import { copyImplanted, type Implanted, implant } from "./implant.ts";
import { RunLog, writeMeta } from "./meta.ts";
import { Session } from "./session.ts";
import { type Evaluation, type RunSummary, runSummarySchema } from "./summary.ts";
import { validate } from "./validate.ts";

const MODEL = "model.safetensors";

/** `lat ε 8 seed 0`: a run for people. */
export function labelOf({ method, epsilon, seed }: Pick<RunConfig, "method" | "epsilon" | "seed">): string {
  return [method, ...(epsilon === null ? [] : [`ε ${epsilon}`]), `seed ${seed}`].join(" ");
}

/**
 * One experiment, whole: prepare → implant → defend → evaluate, in a folder of its own. What is done already is not
 * done again when it is resumed, and the result is the same to the bit.
 */
export async function run(task: Task<never>, config: RunConfig, options: RunOptions): Promise<RunSummary> {
  await openRunFolder(options.out, config, options.resume);
  const session = await Session.open(task, config, options.observer);
  try {
    const implanted = await implant(task, session, config, options);
    if (!implanted) return interruptedBeforeTraining(config);
    await copyImplanted(implanted, options.out);
    const summary = await defend(session, implanted, config, options);
    disposeAll(implanted.parameters);
    return summary;
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
    await writeJson(join(folder, "evaluation.json"), evaluation);
    return evaluation;
  } finally {
    disposeAll(parameters);
    session.close();
  }
}

/** Defends and evaluates in an opened folder; a failure is part of the result and is written down, not thrown. */
export async function defend(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  options: RunOptions,
): Promise<RunSummary> {
  const { out, observer } = options;
  const result = join(out, "result.json");
  if (existsSync(result)) {
    const known = validate(runSummarySchema, await readJson(result), result);
    if (known.status === "complete") return known;
  }
  const log = new RunLog(out, observer);
  await writeMeta(out, config);
  const began = performance.now();
  const base = { ...outline(session, implanted, config), folder: "." };
  const finish = async (rest: Partial<RunSummary> & Pick<RunSummary, "status">): Promise<RunSummary> => {
    const attack = summarizeAttacks(new MetricsFile(out).read()) ?? null;
    const wallSeconds = (performance.now() - began) / 1000;
    const summary = { ...base, wallSeconds, trainSeconds: 0, checkpointSha256: null, metrics: [], attack, ...rest };
    await writeJson(result, summary);
    return summary;
  };
  try {
    const trained = await defence(session, implanted, config, { ...options, observer: log });
    const trainSeconds = (performance.now() - began) / 1000;
    if (trained === "interrupted") return await finish({ status: "interrupted", trainSeconds });
    const parameters = loadTensors(join(out, MODEL));
    observer.phase("evaluate", labelOf(config));
    const evaluation = await evaluateParameters(session, parameters, options).finally(() => disposeAll(parameters));
    await writeJson(join(out, "evaluation.json"), evaluation);
    const summary = await finish({
      status: "complete",
      trainSeconds,
      checkpointSha256: sha256File(join(out, MODEL)),
      metrics: evaluation.metrics,
    });
    for (const warning of summary.attack?.warnings ?? []) log.log("warn", `${labelOf(config)}: ${warning}`);
    return summary;
  } catch (error) {
    if (error instanceof EvaluationAborted) return await finish({ status: "interrupted" });
    const message = (error as Error).message;
    log.log("error", message);
    await finish({ status: error instanceof DivergedError ? "diverged" : "failed", error: message });
    throw error;
  }
}

/** Trains the defended network into `model.safetensors`, unless a resumed run has it already. */
async function defence(
  session: Session,
  implanted: Implanted,
  config: RunConfig,
  options: RunOptions,
): Promise<"done" | "interrupted"> {
  const { out, observer, signal } = options;
  if (existsSync(join(out, MODEL))) return "done";
  const { prepared } = session;
  const metrics = new MetricsFile(out);
  const epsilon = config.epsilon === null ? undefined : tf.scalar(config.epsilon);
  observer.phase("defend", labelOf(config));
  try {
    const trained = await train({
      model: prepared.model,
      outer: session.outer(config.defend, config.attack),
      perturber: epsilon && { attack: session.attack(session.sites(config), config.attack), epsilon },
      parameters: implanted.parameters,
      examples: prepared.defend,
      buckets: prepared.buckets,
      validation: prepared.validation,
      meter: session.meter,
      config: config.defend,
      seed: config.seed,
      checkpoints: join(out, "checkpoints"),
      onStart: (step) => metrics.keepUntil(step),
      onStep: (progress, steps) => {
        metrics.append(progress);
        observer.progress(progress.step, steps, `loss ${progress.loss.toFixed(3)}`);
      },
      warn: (message) => observer.log("warn", message),
      signal,
    });
    if (!trained.interrupted) {
      await saveTensors(join(out, MODEL), trained.parameters);
      rmSync(join(out, "checkpoints"), { recursive: true, force: true });
    }
    disposeAll(trained.parameters);
    return trained.interrupted ? "interrupted" : "done";
  } finally {
    disposeAll(epsilon);
  }
}

function outline(session: Session, implanted: Implanted, config: RunConfig) {
  const { method, epsilon, seed, attack } = config;
  if (epsilon === null) return { method, epsilon, relativeEpsilon: null, site: null, seed };
  const sites = session.sites(config);
  const norms = sites.map((site) => session.activationNorm(implanted.parameters, site, attack));
  const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  return { method, epsilon, relativeEpsilon: epsilon / mean, site: sites.map(({ name }) => name).join("+"), seed };
}

function interruptedBeforeTraining(config: RunConfig): RunSummary {
  const { method, epsilon, seed } = config;
  const site = methods[method].perturbs ? config.sites.join("+") : null;
  const nothing = {
    relativeEpsilon: null,
    wallSeconds: 0,
    trainSeconds: 0,
    checkpointSha256: null,
    metrics: [],
    attack: null,
  };
  return { method, epsilon, site, seed, status: "interrupted", folder: ".", ...nothing };
}
