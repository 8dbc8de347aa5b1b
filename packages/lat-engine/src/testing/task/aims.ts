import { UsageError } from "lat-system";
import { type Tensor, tf, tidy } from "lat-tensorflow";
import { drawTargets } from "../../attack/start.ts";
import type { AttackConfig, RunConfig } from "../../configuration/config.ts";
import { resolveRun } from "../../experiment/resolve.ts";
import { Session } from "../../experiment/session.ts";
import { initialize } from "../../model/initialize.ts";
import { forward } from "../../model/run.ts";
import { Sampler } from "../../train/sampler.ts";
import { microBatchesOf, toMicroBatch } from "../../train/trainer.ts";
import { ensure } from "../check.ts";
import type { TaskWorld } from "../task-checks.ts";
import { configOf } from "./runs.ts";

/** A targeted attack makes targets that are not the labels more probable, or is refused before anything is loaded. */
export async function aimsOrRefuses(world: TaskWorld): Promise<void> {
  if (!world.task.targeted) return refusesToAim(world);
  const session = new Session(await world.prepare());
  try {
    const config = configOf(world, session.prepared, "lat");
    for (const targets of ["random", "least-likely"] as const) await raisesTargets(session, config, targets);
  } finally {
    session.close();
  }
}

function refusesToAim({ task }: TaskWorld): void {
  const preset = Object.keys(task.presets)[0]!;
  const request = { preset, method: "lat" as const, epsilon: 1, seed: 0, set: { "attack.objective": "targeted" } };
  try {
    resolveRun(task, request);
  } catch (error) {
    ensure(error instanceof UsageError, () => `a targeted attack is refused by ${String(error)}`);
    return;
  }
  ensure(false, () => "a targeted attack is let pass, though the task states no targets");
}

async function raisesTargets(session: Session, config: RunConfig, targets: AttackConfig["targets"]): Promise<void> {
  const { prepared } = session;
  const { defend, seed } = config;
  const sampler = new Sampler(prepared.defend, defend, seed, prepared.buckets);
  const [host] = await microBatchesOf({ examples: prepared.defend, config: defend, seed }, sampler, 0);
  const settings: AttackConfig = { ...config.attack, objective: "targeted", targets, start: "zero", steps: 3 };
  const attack = session.attack(session.sites(config), settings);
  const values = tidy(() => {
    const { batch, draws } = toMicroBatch(host!);
    const parameters = prepared.initialParameters?.() ?? initialize(prepared.model, 0);
    const output = forward(prepared.model, parameters, batch);
    const aimed = prepared.targets
      ? { ...batch, targets: prepared.targets(targets, output, batch, drawTargets(draws)) }
      : batch;
    const [labels, others] = (["labels", "targets"] as const).map((which) => prepared.likelihood(output, aimed, which));
    const apart = tf.max(tf.abs(tf.sub(labels!.logp, others!.logp))).dataSync()[0]!;
    ensure(apart > 0, () => `aimed at ${targets} targets, their likelihood is that of the labels`);
    const { report } = attack.run(parameters, batch, tf.scalar(config.epsilon!), draws);
    return report.values.map((value: Tensor) => value.dataSync()[0]!);
  });
  const [before, after] = [values[0]!, values.at(-1)!];
  ensure(after > before, () => `aimed at ${targets} targets, an attack takes their log p from ${before} to ${after}`);
}
