import { LatError } from "lat-system";
import { tf } from "lat-tensorflow";
import type { ExampleSet } from "../examples/example-set.ts";
import type { Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { objectives, perExample } from "../objective/objective.ts";
import { exampleMeter, type MeterOptions } from "./example-meter.ts";

/** Stands for the loss of an example that has none: −log p is never negative. */
const NOTHING = -1;

/** Measures losses of a network on sets of examples. */
export interface LossMeter {
  /**
   * The mean loss of each example over its counted positions, in the set's order.
   *
   * @throws LatError where none of an example's positions counts, since they were cut off: its loss is not 0
   */
  losses(parameters: Tensors, set: ExampleSet): Promise<Float64Array>;
  release(): void;
}

export function lossMeter(network: Network, options: MeterOptions): LossMeter {
  const meter = exampleMeter(
    "losses",
    network.model,
    (output, batch) => {
      const { sums, weights } = perExample(network, objectives.untargeted, output, batch);
      return tf.where(tf.greater(weights, 0), tf.div(sums, weights), tf.fill(sums.shape, NOTHING));
    },
    options,
  );
  return {
    async losses(parameters, set) {
      const losses = await meter.measure(parameters, set);
      const empty = losses.indexOf(NOTHING);
      if (empty === -1) return losses;
      throw new LatError(
        `example ${empty} of ${set.size} has no position whose label counts, and so no loss: was it cut off?`,
      );
    },
    release: meter.release,
  };
}
