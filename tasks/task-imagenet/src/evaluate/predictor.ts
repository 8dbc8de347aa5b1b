import { setImmediate } from "node:timers/promises";
import {
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
import { exampleMeter } from "lat-engine/task";
import { compile, type Tensor, tf } from "lat-tensorflow";

/** Images in a forward pass, at most. */
const LARGEST_BATCH = 128;

/** The class that a network sees in each image of a set. */
export type Predict = (parameters: Tensors) => Promise<Int32Array>;

/** How images are attacked: δ at a site, in a ball of radius ε. */
export interface Assault {
  readonly site: Site;
  readonly config: AttackConfig;
  readonly epsilon: number;
  /** Adds to a batch of images what the network's stages read beside it. */
  complete(batch: HostBatch, indices: readonly number[]): HostBatch;
  /** The attacked images, [example, size, size, 3] in [0, 1], of a batch to whose entry at the site δ was added. */
  image(batch: State): Tensor;
}

/** What a network sees in the images of a set after an attack, and some of the attacked images. */
export interface AttackedImages {
  readonly predictions: Int32Array;
  /** By their index in the set: size × size × 3. */
  readonly images: ReadonlyMap<number, Uint8Array>;
}

/** Compiled once, for every network that is then measured. */
export function predictor(network: Network, set: ExampleSet): Predict {
  const options = { batchSize: batchLength(set.size) };
  const classes = exampleMeter("classes", network.model, ({ logits }) => tf.argMax(logits!, 1), options);
  return async (parameters) => Int32Array.from(await classes.measure(parameters, set));
}

/**
 * The same after an attack on each image. Starts are drawn by the image's index alone, so that a measurement repeats.
 *
 * @param shown indices of the images that are returned as the attack left them
 */
export function attacker(
  network: Network,
  set: ExampleSet,
  { site, config, epsilon, complete, image }: Assault,
  shown: readonly number[],
): (parameters: Tensors) => Promise<AttackedImages> {
  const { model } = network;
  const classify = compile(
    (parameters: Tensors, batch: State, perturbations: Perturbations) =>
      tf.argMax(forward(model, parameters, batch, perturbations).logits!, 1),
    { name: "classify", xla: model.xla },
  );
  const inner = attack(network, [site], config);
  const render = compile(
    (batch: State, perturbations: Perturbations) =>
      image({ ...batch, [site.key]: tf.add(batch[site.key]!, perturbations[site.name]!) }),
    { name: "render", xla: model.xla },
  );
  return async (parameters) => {
    const predictions = new Int32Array(set.size);
    const images = new Map<number, Uint8Array>();
    for (const { from, indices } of batches(set.size)) {
      const host = complete(await set.batch(indices), indices);
      tf.tidy(() => {
        const batch = toTensors(host);
        const draws = { seed: 0, step: 0, examples: indices };
        const { perturbations } = inner.run(parameters, batch, tf.scalar(epsilon), draws, { measureLast: false });
        const classes = classify(parameters, batch, perturbations).dataSync() as Int32Array;
        predictions.set(classes.subarray(0, set.size - from), from);
        const here = shown.filter((index) => index >= from && index < from + indices.length);
        if (here.length === 0) return;
        const values = render(batch, perturbations).dataSync() as Float32Array;
        const length = values.length / indices.length;
        for (const index of here) {
          const own = values.subarray((index - from) * length, (index - from + 1) * length);
          images.set(
            index,
            Uint8Array.from(own, (value) => Math.round(255 * value)),
          );
        }
      });
      // Lets signals and the terminal run between batches.
      await setImmediate();
    }
    return { predictions, images };
  };
}

/** Of batches of one shape, of which the last is filled up as little as can be. */
function batchLength(size: number): number {
  return Math.ceil(size / Math.ceil(size / LARGEST_BATCH));
}

function batches(size: number): { from: number; indices: number[] }[] {
  const length = batchLength(size);
  return Array.from({ length: Math.ceil(size / length) }, (_, b) => ({
    from: b * length,
    indices: Array.from({ length }, (_, i) => (b * length + i) % size),
  }));
}
