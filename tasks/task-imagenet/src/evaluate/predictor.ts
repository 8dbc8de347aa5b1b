import {
  type Attack,
  type AttackConfig,
  attack,
  type ExampleSet,
  forward,
  type HostBatch,
  type Network,
  type Perturbations,
  type Site,
  type State,
  type Tensors,
  toTensors,
} from "lat-engine";
import { compile, disposeAll, tf } from "lat-tensorflow";

/** Pictures in a forward pass, at most. */
const LARGEST_BATCH = 128;

/** The classes that a network sees in the pictures of a set. */
export type Predict = (parameters: Tensors) => Int32Array;

/** How pictures are attacked: δ at a site, in a ball of radius ε. */
export interface Assault {
  readonly site: Site;
  readonly config: AttackConfig;
  readonly epsilon: number;
}

/**
 * Predicts the classes of a set of pictures, after attacking each as `assault` says. Everything is compiled once, for
 * every network that is then measured, and starts are drawn by (seed, index) alone.
 *
 * @param complete adds to a batch of the set what the network's stages read beside it
 */
export function predictor(
  network: Network,
  set: ExampleSet,
  seed: number,
  assault?: Assault,
  complete: (batch: HostBatch, indices: readonly number[]) => HostBatch = (batch) => batch,
): Predict {
  const { model } = network;
  const classify = compile(
    (parameters: Tensors, batch: State, perturbations: Perturbations) =>
      tf.argMax(forward(model, parameters, batch, perturbations).logits!, 1),
    { name: "classify", xla: model.xla },
  );
  const attacker: Attack | undefined = assault && attack(network, [assault.site], assault.config);

  // Batches of one shape, of which the last is filled up as little as can be.
  const batchSize = Math.ceil(set.size / Math.ceil(set.size / LARGEST_BATCH));

  return (parameters) => {
    const predictions = new Int32Array(set.size);
    for (let from = 0; from < set.size; from += batchSize) {
      const indices = Array.from({ length: batchSize }, (_, i) => (from + i) % set.size);
      const batch = toTensors(complete(set.batch(indices), indices));
      const epsilon = tf.scalar(assault?.epsilon ?? 0);
      const perturbations = attacker
        ? attacker.run(parameters, batch, epsilon, { seed, step: 0, examples: indices }).perturbations
        : {};
      const classes = classify(parameters, batch, perturbations);
      predictions.set((classes.dataSync() as Int32Array).subarray(0, set.size - from), from);
      disposeAll(batch, epsilon, perturbations, classes);
    }
    return predictions;
  };
}
