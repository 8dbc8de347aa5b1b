import { tf } from "lat-tensorflow";
import type { ExampleSet } from "../examples/example-set.ts";
import type { Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { objectives, perExample } from "../objective/objective.ts";
import { exampleMeter, type MeterOptions } from "./example-meter.ts";

/** Measures losses of a network on sets of examples. */
export interface LossMeter {
  /** The mean loss of each example over its counted positions, in the set's order. */
  losses(parameters: Tensors, set: ExampleSet): Promise<Float64Array>;
  release(): void;
}

export function lossMeter(network: Network, options: MeterOptions): LossMeter {
  const { measure, release } = exampleMeter(
    "losses",
    network.model,
    (output, batch) => {
      const { sums, weights } = perExample(network, objectives.untargeted, output, batch);
      return tf.div(sums, tf.maximum(weights, 1));
    },
    options,
  );
  return { losses: measure, release };
}
