import { reportRetraces, tf } from "lat-tensorflow";
import { type Attack, attack } from "../attack/attack.ts";
import { ball } from "../ball/ball.ts";
import type { AttackConfig, RunConfig, TrainConfig } from "../configuration/config.ts";
import { type LossMeter, lossMeter } from "../evaluate/loss-meter.ts";
import { bucketOf } from "../examples/batches.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { entriesOf } from "../model/entries.ts";
import type { Site, Tensors } from "../model/model.ts";
import { prefix } from "../model/run.ts";
import { resolveSites } from "../model/sites.ts";
import type { Inputs } from "../records/inputs.ts";
import type { Observer } from "../records/observer.ts";
import { checkPrepared, droppedInWords } from "../task/check-prepared.ts";
import type { Prepared, Task } from "../task/task.ts";
import { type Descent, descent } from "../train/descent.ts";
import { optimizer } from "../train/optimizer.ts";
import { inputsOf } from "./inputs.ts";
import { prepareContext } from "./prepare.ts";

/** Examples that the mean activation norm is measured on. */
const NORM_EXAMPLES = 256;

/**
 * What the runs of one process share: prepared data, and compiled functions, each made once for its configuration.
 * ε and the learning rate are inputs of these functions, so that a sweep over them compiles nothing twice.
 */
export class Session {
  readonly prepared: Prepared;
  /** The person's own files that were read. */
  readonly inputs: Inputs;
  readonly meter: LossMeter;
  private readonly descents = new Map<string, Descent>();
  private readonly attacks = new Map<string, Attack>();
  private readonly norms = new Map<string, number>();

  constructor(prepared: Prepared, inputs: Inputs = { schema: 1, files: [] }) {
    this.prepared = prepared;
    this.inputs = inputs;
    this.meter = lossMeter(prepared, { buckets: prepared.buckets });
  }

  /**
   * Prepares the task's data and model for a configuration.
   *
   * @throws LatError where something is in two parts of the data, or a metric has nothing to be measured on
   */
  static async open(
    task: Task<never>,
    config: RunConfig,
    observer: Observer,
    inputs: Inputs = inputsOf(task, config),
  ): Promise<Session> {
    observer.phase("prepare", `${task.name} ${config.preset}`);
    reportRetraces((message) => observer.log("warn", message));
    const prepared = checkPrepared(await task.prepare(config.options as never, prepareContext(task, config, observer)));
    const dropped = droppedInWords(prepared.dropped);
    if (dropped !== undefined) observer.log("info", dropped);
    return new Session(prepared, inputs);
  }

  descent(train: TrainConfig, attackConfig: AttackConfig): Descent {
    const { optimizer: kind, weightDecay, momentum, beta2, clip, batchNorm } = train;
    const { adversarialShare, objective, behaviour, batchNorm: attackedBy } = attackConfig;
    const key = JSON.stringify([
      [kind, weightDecay, momentum, beta2, clip, batchNorm],
      [adversarialShare, objective, behaviour, attackedBy],
    ]);
    return remember(this.descents, key, () =>
      descent(this.prepared, optimizer(this.prepared.model, train), train, attackConfig),
    );
  }

  attack(sites: readonly Site[], config: AttackConfig): Attack {
    const key = JSON.stringify([sites.map(({ name }) => name), config]);
    return remember(this.attacks, key, () => attack(this.prepared, sites, config));
  }

  sites(config: RunConfig): Site[] {
    return resolveSites(this.prepared.model, config.sites);
  }

  /**
   * Mean norm of the network's activations at a site over defence examples, in the attack's norm and scope, padding left
   * out: what an ε is large or small beside.
   */
  async activationNorm(parameters: Tensors, site: Site, { norm, scope }: AttackConfig): Promise<number> {
    const key = JSON.stringify([site.name, norm, scope]);
    const known = this.norms.get(key);
    if (known !== undefined) return known;
    const { model, maskKey, defend, buckets } = this.prepared;
    const indices = Array.from({ length: Math.min(NORM_EXAMPLES, defend.size) }, (_, i) => i);
    const { lengths } = defend;
    const length = lengths && bucketOf(Math.max(...indices.map((i) => lengths[i]!)), buckets);
    const host = await defend.batch(indices, length);
    const mean = tf.tidy(() => {
      const batch = toTensors(host);
      const around = ball(norm, scope, site.tokens && maskKey ? entriesOf(batch, "the batch")[maskKey] : undefined);
      const activation = prefix(model, parameters, batch, site)[site.key]!;
      const real = tf.cast(tf.greater(around.dimensions(activation), 0), "float32");
      return tf.div(tf.sum(tf.mul(around.norm(activation), real)), tf.sum(real)).dataSync()[0]!;
    });
    this.norms.set(key, mean);
    return mean;
  }

  /** Lets go of every compiled function. */
  close(): void {
    for (const each of this.descents.values()) each.release();
    for (const each of this.attacks.values()) each.release();
    this.meter.release();
  }
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
