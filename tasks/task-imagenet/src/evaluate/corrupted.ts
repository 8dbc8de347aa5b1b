import type { HostBatch, Model, Network, Site, Stage, State } from "lat-engine";
import type { UnforeseenAttack } from "./unforeseen.ts";

/** Where δ enters: in front of the corruption, which is in front of the network. */
export const deltaSite: Site = { name: "delta", stage: 0, key: "delta", tokens: false };

/**
 * The network behind an attack's corruption. The corruption is its first stage and δ an activation that enters it, so
 * that what attacks activations in training searches for δ here.
 */
export function corruptedNetwork(network: Network, attack: UnforeseenAttack, size: number): Network {
  const corrupt: Stage = {
    name: attack.name,
    run: (_, state) => {
      const { delta: _delta, fixed: _fixed, ...rest } = state;
      return { ...rest, pixels: attack.apply(state, size) } as State;
    },
  };
  const model: Model = {
    ...network.model,
    name: `${network.model.name} behind ${attack.name}`,
    stages: [corrupt, ...network.model.stages],
    sites: [deltaSite],
    inputSite: deltaSite.name,
  };
  return { ...network, model };
}

/** The batch with a δ of zeros, and the numbers that are drawn once for each image, by its index alone. */
export function corruptedBatch(
  batch: HostBatch,
  { shape, fixed }: UnforeseenAttack,
  size: number,
  indices: readonly number[],
): HostBatch {
  const zeros = [indices.length, ...shape(size)];
  const delta = { shape: zeros, data: new Float32Array(zeros.reduce((a, b) => a * b)) };
  if (!fixed) return { ...batch, delta };
  const one = fixed.shape(size);
  const length = one.reduce((a, b) => a * b);
  const data = new Float32Array(indices.length * length);
  indices.forEach((index, i) => {
    data.set(fixed.draw(size, index), i * length);
  });
  return { ...batch, delta, fixed: { shape: [indices.length, ...one], data } };
}
