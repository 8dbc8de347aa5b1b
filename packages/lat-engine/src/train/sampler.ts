import { LatError } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import type { TrainConfig } from "../configuration/config.ts";
import { bucketOf, chunks } from "../examples/batches.ts";
import type { ExampleSet } from "../examples/example-set.ts";

/** The examples of one micro-batch, the length that their token axis is padded to, and the epoch they are drawn in. */
export interface BatchPlan {
  readonly indices: readonly number[];
  readonly length?: number;
  readonly epoch: number;
}

/** Batches of about equal lengths are made within windows of this many, so that padding is small and order still random. */
const WINDOW = 16;

/**
 * Which examples are in which micro-batch: a function of (seed, epoch, position) alone, so that a resumed run sees what
 * the first one would have seen. Every epoch has its own order; examples that do not fill a last batch wait for the next.
 */
export class Sampler {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  private epoch = -1;
  private plans: readonly BatchPlan[] = [];

  private readonly set: ExampleSet;
  private readonly config: TrainConfig;
  private readonly seed: number;
  private readonly buckets: readonly number[] | undefined;

  constructor(set: ExampleSet, config: TrainConfig, seed: number, buckets?: readonly number[]) {
    this.set = set;
    this.config = config;
    this.seed = seed;
    this.buckets = buckets;
    const perStep = config.batchSize * config.accumulate;
    this.stepsPerEpoch = Math.floor(set.size / perStep);
    this.steps = Math.max(1, Math.round(this.stepsPerEpoch * config.epochs));
    if (this.stepsPerEpoch < 1) {
      throw new LatError(
        `${set.size} training examples do not fill one step of ${perStep} (batchSize × accumulate): lower batchSize`,
      );
    }
  }

  /** The micro-batches of an optimizer step, from 0. */
  plan(step: number): readonly BatchPlan[] {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.epoch) {
      this.plans = this.epochPlans(epoch);
      this.epoch = epoch;
    }
    const first = (step % this.stepsPerEpoch) * this.config.accumulate;
    return this.plans.slice(first, first + this.config.accumulate);
  }

  private epochPlans(epoch: number): readonly BatchPlan[] {
    const { batchSize, accumulate } = this.config;
    const { lengths, size } = this.set;
    const order = [...hostRandom(this.seed, "order", epoch).permutation(size)].slice(
      0,
      this.stepsPerEpoch * batchSize * accumulate,
    );
    if (!lengths) return chunks(order, batchSize).map((indices) => ({ indices, epoch }));
    const byLength = chunks(order, batchSize * WINDOW).flatMap((window) =>
      window.sort((a, b) => lengths[a]! - lengths[b]!),
    );
    const batches = chunks(byLength, batchSize).map((indices) => ({
      indices,
      length: bucketOf(Math.max(...indices.map((i) => lengths[i]!)), this.buckets),
      epoch,
    }));
    return [...hostRandom(this.seed, "batches", epoch).permutation(batches.length)].map((i) => batches[i]!);
  }
}
