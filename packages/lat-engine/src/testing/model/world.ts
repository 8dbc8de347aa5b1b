import { type Tensor, tf } from "lat-tensorflow";
import type { HostBatch } from "../../examples/example-set.ts";
import type { Site, State, Tensors } from "../../model/model.ts";
import type { Network } from "../../model/network.ts";

/** What the checks of a model work with; tensors are the caller's. */
export interface World {
  readonly network: Network;
  readonly parameters: Tensors;
  readonly batch: State;
  readonly host: HostBatch;
  /** Another batch of the same shapes: the examples in reversed order. */
  readonly other: State;
  /** log p of the labels [example, position], 0 where a position does not count. */
  logp(output: State, batch?: State): Tensor;
  /** The activation at a site in a whole pass. */
  activation(site: Site): Tensor;
  /** A normal tensor of this shape, a function of the stream. */
  noise(shape: readonly number[], stream: string, index?: number): Tensor;
}

/** Root of the mean square, at least 1e-3: how large noise must be to count beside it. */
export function sizeOf(activation: Tensor): Tensor {
  return tf.maximum(tf.sqrt(tf.mean(tf.square(activation))), 1e-3);
}
