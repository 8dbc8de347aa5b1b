import { setImmediate } from "node:timers/promises";
import { compile, type Tensor, tf } from "lat-tensorflow";
import { bucketOf, chunks } from "../examples/batches.ts";
import type { ExampleSet } from "../examples/example-set.ts";
import { toTensors } from "../examples/to-tensors.ts";
import type { Model, State, Tensors } from "../model/model.ts";
import { forward } from "../model/run.ts";

/** Measures one number of each example of a set, in large batches by one compiled function. */
export interface ExampleMeter {
  /** In the set's order. */
  measure(parameters: Tensors, set: ExampleSet): Promise<Float64Array>;
  release(): void;
}

export interface MeterOptions {
  /** Examples per forward pass; the last batch is filled up with repeats, which do not count. */
  readonly batchSize?: number;
  /** Padded lengths, ascending, where examples have lengths. */
  readonly buckets?: readonly number[] | undefined;
}

/**
 * @param name says what is measured in messages of the compiler: `losses`
 * @param read makes the numbers, [example], of a network's last state and of the batch:
 *   `({ logits }) => tf.argMax(logits!, 1)` is the class that a classifier sees
 */
export function exampleMeter(
  name: string,
  model: Model,
  read: (output: State, batch: State) => Tensor,
  { batchSize = 64, buckets }: MeterOptions = {},
): ExampleMeter {
  const compiled = compile((parameters: Tensors, batch: State) => read(forward(model, parameters, batch), batch), {
    name,
    xla: model.xla,
  });
  return {
    async measure(parameters, set) {
      const result = new Float64Array(set.size);
      const { lengths } = set;
      const order = Array.from({ length: set.size }, (_, i) => i);
      if (lengths) order.sort((a, b) => lengths[a]! - lengths[b]!);
      for (const indices of chunks(order, batchSize)) {
        const filled = Array.from({ length: batchSize }, (_, i) => indices[i % indices.length]!);
        const length = lengths && bucketOf(Math.max(...indices.map((i) => lengths[i]!)), buckets);
        const host = await set.batch(filled, length);
        const values = tf.tidy(() => compiled(parameters, toTensors(host)).dataSync());
        indices.forEach((index, row) => {
          result[index] = values[row]!;
        });
        // Lets signals and the terminal run between batches.
        await setImmediate();
      }
      return result;
    },
    release: () => compiled.release(),
  };
}
