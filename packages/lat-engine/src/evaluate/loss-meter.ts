import { compile, disposeAll, tf } from "lat-tensorflow";
import { objectives, perExample } from "../attack/objective.ts";
import type { State, Tensors } from "../model/model.ts";
import { forward } from "../model/run.ts";
import type { ExampleSet, Network } from "../task/task.ts";
import { toTensors } from "../train/batch.ts";
import { bucketOf, chunks } from "../train/sampler.ts";

/** Measures losses of a network on sets of examples, in large batches by one compiled function. */
export interface LossMeter {
  /** The mean loss of each example over its counted positions, in the set's order. */
  losses(parameters: Tensors, set: ExampleSet): Float64Array;
  release(): void;
}

/** @param batchSize examples per forward pass; the last batch is filled up with repeats, which do not count */
export function lossMeter(
  network: Network,
  { batchSize = 64, buckets }: { batchSize?: number; buckets?: readonly number[] | undefined },
): LossMeter {
  const { model } = network;
  const measure = compile(
    (parameters: Tensors, batch: State) => {
      const { sums, weights } = perExample(network, objectives.untargeted, forward(model, parameters, batch), batch);
      return tf.div(sums, tf.maximum(weights, 1));
    },
    { name: "losses", xla: model.xla },
  );
  return {
    losses(parameters, set) {
      const result = new Float64Array(set.size);
      const { lengths } = set;
      const order = Array.from({ length: set.size }, (_, i) => i);
      if (lengths) order.sort((a, b) => lengths[a]! - lengths[b]!);
      for (const indices of chunks(order, batchSize)) {
        const filled = Array.from({ length: batchSize }, (_, i) => indices[i % indices.length]!);
        const length = lengths && bucketOf(Math.max(...indices.map((i) => lengths[i]!)), buckets);
        const batch = toTensors(set.batch(filled, length));
        const losses = measure(parameters, batch);
        const values = losses.dataSync();
        indices.forEach((index, row) => {
          result[index] = values[row]!;
        });
        disposeAll(batch, losses);
      }
      return result;
    },
    release: () => measure.release(),
  };
}
