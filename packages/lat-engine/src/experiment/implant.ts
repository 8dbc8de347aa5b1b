import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { cp, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import {
  type Claim,
  cacheFolder,
  LatError,
  sha256File,
  UsageError,
  withLock,
  writeFileAtomic,
  writeJson,
  writing,
} from "lat-system";
import { disposeAll, isEager, isUsingGpu, runtimeVersions, threads } from "lat-tensorflow";
import { z } from "zod";
import type { RunConfig } from "../configuration/config.ts";
import { attackSchema } from "../configuration/config.ts";
import { readContent } from "../configuration/content.ts";
import { type Evaluation, evaluationSchema } from "../evaluate/evaluation.ts";
import { initialize } from "../model/initialize.ts";
import type { Tensors } from "../model/model.ts";
import { EVENTS } from "../records/events/events-file.ts";
import type { Inputs } from "../records/inputs.ts";
import { METRICS, MetricsFile } from "../records/metrics-file.ts";
import { EVALUATION } from "../records/results.ts";
import { codeDigest } from "../task/code-digest.ts";
import { folderOf } from "../task/registry.ts";
import type { Task } from "../task/task.ts";
import { loadTensors, MODEL, saveTensors } from "../train/checkpoint.ts";
import type { RunOptions } from "./api.ts";
import { evaluateParameters } from "./evaluate.ts";
import { InterruptedError } from "./interrupted.ts";
import type { Session } from "./session.ts";
import { CHECKPOINTS, trainIn } from "./train-in.ts";

const DONE = "done.json";
/** Whose network it is, for people who look into the cache. */
const ABOUT = "about.json";

/** `done.json`: written last, with the SHA-256 of what is read again. */
const doneSchema = z.object({
  sha256: z.object({ [MODEL]: z.string(), [EVALUATION]: z.string() }),
  wallSeconds: z.number(),
});

/** The network that every defence starts from. */
export interface Implanted {
  /** Owned by the caller. */
  readonly parameters: Tensors;
  readonly evaluation: Evaluation;
  readonly wallSeconds: number;
  /** Where it is kept. */
  readonly folder: string;
}

/**
 * Trains (or, where the task does not, takes) the network before the defence and evaluates it, once for everything that
 * it depends on: options, data and code. Other runs, processes and sweeps find it in the per-user cache.
 *
 * @throws InterruptedError where the signal came; training so far is kept and continued next time
 */
export async function implant(
  task: Task<never>,
  session: Session,
  config: RunConfig,
  options: RunOptions,
): Promise<Implanted> {
  const { observer } = options;
  const folder = cachedFolder(task, config, session.inputs) ?? join(options.out, ".implanted");
  return withLock(
    `${folder}.lock`,
    async (claim) => load(folder) ?? (await make(task, session, config, options, folder, claim)),
    { onWait: (message) => observer.log("info", message) },
  );
}

/** Whether the network that this configuration starts from is in the cache. */
export function isImplanted(task: Task<never>, config: RunConfig, inputs: Inputs): boolean {
  const folder = cachedFolder(task, config, inputs);
  return folder !== undefined && existsSync(join(folder, DONE));
}

/** A task made inside a program has no package to tell its code by, so its networks are not kept for other processes. */
function cachedFolder(task: Task<never>, config: RunConfig, inputs: Inputs): string | undefined {
  const key = implantKey(task, config, inputs);
  return key && cacheFolder("implanted", key);
}

function load(folder: string): Implanted | undefined {
  if (!existsSync(join(folder, DONE))) return undefined;
  const { sha256, wallSeconds } = readContent(join(folder, DONE), doneSchema);
  for (const [name, expected] of Object.entries(sha256)) {
    const found = sha256File(join(folder, name));
    if (found !== expected) {
      throw new LatError(
        `${join(folder, name)} has SHA-256 ${found}, expected ${expected}: it was changed or damaged. Remove ${folder} to train it again.`,
      );
    }
  }
  const evaluation = readContent(join(folder, EVALUATION), evaluationSchema);
  return { parameters: loadTensors(join(folder, MODEL)), evaluation, wallSeconds, folder };
}

async function make(
  task: Task<never>,
  session: Session,
  config: RunConfig,
  { observer, signal }: RunOptions,
  folder: string,
  claim: Claim,
): Promise<Implanted> {
  const began = performance.now();
  const beside = `${folder}.partial`;
  await writing(beside, () => mkdir(beside, { recursive: true }));
  await writeJson(join(beside, ABOUT), { task: task.name, preset: config.preset });
  const { prepared } = session;
  const initial = prepared.initialParameters?.() ?? initialize(prepared.model, config.implantSeed);
  let parameters = initial;
  const metrics = new MetricsFile(beside);
  if (prepared.implant && config.implant) {
    observer.phase("implant", `${task.name} ${config.preset}`);
    const job = {
      descent: session.descent(config.implant, attackSchema.parse({})),
      parameters: initial,
      examples: prepared.implant,
      config: config.implant,
      seed: config.implantSeed,
    };
    const trained = await trainIn(beside, session, job, { observer, signal }, claim).finally(() => disposeAll(initial));
    parameters = trained.parameters;
    if (trained.interrupted) {
      disposeAll(parameters);
      throw new InterruptedError("interrupted while implanting: what is done is kept, --resume goes on from there");
    }
  }
  try {
    observer.phase("evaluate", "implanted network");
    const evaluation = await evaluateParameters(session, parameters, { observer, signal });
    const wallSeconds = (performance.now() - began) / 1000;
    const [model, measured] = [join(beside, MODEL), join(beside, EVALUATION)];
    await saveTensors(model, parameters);
    await writeJson(measured, evaluation);
    metrics.evaluated(evaluation.metrics);
    rmSync(join(beside, CHECKPOINTS), { recursive: true, force: true });
    for (const [name, content] of Object.entries(prepared.artifacts ?? {}))
      await writeFileAtomic(join(beside, "artifacts", name), content);
    const sha256 = { [MODEL]: sha256File(model), [EVALUATION]: sha256File(measured) };
    await writeJson(join(beside, DONE), { sha256, wallSeconds });
    await writing(folder, () => rename(beside, folder));
    return { parameters, evaluation, wallSeconds, folder };
  } catch (error) {
    disposeAll(parameters);
    throw error;
  }
}

/**
 * Copies what a report reads of the implanted network into a run's or sweep's folder, once.
 *
 * @throws UsageError where the folder was begun from another implanted network
 */
export async function copyImplanted({ folder }: Implanted, out: string): Promise<void> {
  const there = join(out, "implanted", DONE);
  if (existsSync(there)) {
    const [before, now] = [there, join(folder, DONE)].map((path) => readContent(path, doneSchema).sha256[MODEL]);
    if (before === now) return;
    throw new UsageError(
      `${out} was begun from the implanted network ${before}, but now it is ${now}: the code, TensorFlow, the device or ` +
        "the number of threads is another. Go on as it was begun, or begin in another folder.",
    );
  }
  for (const name of [EVALUATION, METRICS, EVENTS, "artifacts", DONE]) {
    const [from, to] = [join(folder, name), join(out, "implanted", name)];
    if (existsSync(from)) await writing(to, () => cp(from, to, { recursive: true }));
  }
}

/**
 * SHA-256 of everything the implanted network and its figures depend on: options, the content of every file that is read,
 * the built code and what computes. Undefined for a task without a package.
 */
function implantKey(
  task: Task<never>,
  { options, implant: train, implantSeed, data }: RunConfig,
  { files }: Inputs,
): string | undefined {
  const folder = folderOf(task);
  if (!folder) return undefined;
  const dependencies = {
    task: [task.name, task.version],
    code: codeDigest(folder),
    runtime: { ...runtimeVersions(), device: isUsingGpu() ? "gpu" : "cpu", threads: threads(), eager: isEager() },
    packages: task.packages.map(({ name, sha256 }) => [name, sha256]),
    data: data !== null,
    files: files.map(({ given, name, sha256 }) => [given === "data" ? given : "named", name, sha256]),
    options,
    train,
    implantSeed,
  };
  return createHash("sha256").update(JSON.stringify(dependencies)).digest("hex").slice(0, 32);
}
