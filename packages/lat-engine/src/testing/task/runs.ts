import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunConfig } from "../../configuration/config.ts";
import { type MethodName, methodNames, type TrainConfig } from "../../configuration/config.ts";
import { resolveRun } from "../../experiment/resolve.ts";
import { run } from "../../experiment/run.ts";
import { sweep } from "../../experiment/sweep.ts";
import type { Observer } from "../../records/observer.ts";
import { silent } from "../../records/observer.ts";
import type { RunSummary } from "../../records/summary.ts";
import type { Prepared, Task } from "../../task/task.ts";
import { ensure } from "../check.ts";
import type { TaskWorld } from "../task-checks.ts";

const BATCH = 4;
const STEPS = 2;

export function everyMethodTrains(world: TaskWorld): Promise<void> {
  return inFolder(async (folder) => {
    const [task, prepared] = [offline(world), await world.prepare()];
    const configs = methodNames.map((method) => configOf(world, prepared, method));
    const options = { out: join(folder, "sweep"), resume: false, observer: silent };
    const { runs } = await sweep(task, configs, options);
    const checkpoints = new Map<string | null, string>();
    for (const { method, status, error, checkpointSha256 } of runs) {
      ensure(status === "complete", () => `${method} ends ${status}: ${error ?? ""}`);
      const twin = checkpoints.get(checkpointSha256);
      ensure(
        twin === undefined,
        () => `${method} and ${twin} train to the same network: a perturbation changed nothing`,
      );
      checkpoints.set(checkpointSha256, method);
    }
  });
}

export function killedRunResumes(world: TaskWorld): Promise<void> {
  return inFolder(async (folder) => {
    const [task, config] = [offline(world), configOf(world, await world.prepare(), "lat")];
    const start = (name: string, observer: Observer): Promise<RunSummary> =>
      run(task, config, { out: join(folder, name), resume: true, observer });
    const whole = await start("whole", silent);
    for (const phase of ["implant", "defend"] as const) await start("killed", dyingIn(phase)).catch(ignoreDeath);
    const resumed = await start("killed", silent);
    ensure(
      resumed.checkpointSha256 === whole.checkpointSha256,
      () =>
        `killed after a step of each phase and resumed, the network is ${resumed.checkpointSha256}, else ${whole.checkpointSha256}`,
    );
    const metrics = (summary: RunSummary): string => JSON.stringify(summary.metrics);
    ensure(metrics(resumed) === metrics(whole), () => "killed and resumed, the run measures something else");
  });
}

class Death extends Error {}

function ignoreDeath(error: unknown): void {
  if (!(error instanceof Death)) throw error;
}

/** Lets nothing be saved any more once the phase's second step is done. */
function dyingIn(phase: "implant" | "defend"): Observer {
  let current = "";
  return {
    ...silent,
    phase(next) {
      current = next;
    },
    progress(done) {
      if (current === phase && done === STEPS) throw new Death(`killed in ${phase}`);
    },
  };
}

/** The task with the case's own packages, and under no folder, so that nothing is kept in the user's cache. */
function offline({ task, context }: TaskWorld): Task<never> {
  const prepare: Task["prepare"] = (options) => task.prepare(options, context);
  return { ...task, prepare } as unknown as Task<never>;
}

/** The first preset with the case's options and two steps of a few examples, perturbed at the preset's or the last site. */
export function configOf({ task, options }: TaskWorld, { implant, defend }: Prepared, method: MethodName): RunConfig {
  const [name, preset] = Object.entries(task.presets)[0]!;
  const { names } = task.sites(options);
  const resolved = resolveRun(task, {
    preset: name,
    method,
    seed: 0,
    ...(method === "ft" ? {} : { epsilon: preset.sweep.epsilons[method][0]! }),
  });
  const sites = resolved.sites.map((site) => (names.includes(site) ? site : names.at(-1)!));
  return {
    ...resolved,
    options: options as RunConfig["options"],
    sites,
    implant: resolved.implant && implant ? shortened(resolved.implant, implant.size) : null,
    defend: shortened(resolved.defend, defend.size),
    attack: { ...resolved.attack, steps: Math.min(2, resolved.attack.steps) },
  };
}

function shortened(config: TrainConfig, examples: number): TrainConfig {
  const batchSize = Math.min(BATCH, config.batchSize);
  return {
    ...config,
    batchSize,
    accumulate: 1,
    epochs: STEPS / Math.floor(examples / batchSize),
    warmup: 0,
    patience: null,
    validateEvery: null,
    checkpointEvery: 1,
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
