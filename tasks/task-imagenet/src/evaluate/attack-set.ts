import { type AttackConfig, attackSchema, type Network, resolveSites } from "lat-engine";
import { unforeseenAttacks } from "./attacks/index.ts";
import { corruptedBatch, corruptedNetwork, deltaSite } from "./corrupted.ts";
import type { Assault } from "./predictor.ts";
import type { Strength } from "./unforeseen.ts";

/** PGD's ε in L∞ on pixels in [0, 1]. */
const PGD_EPSILON: Readonly<Record<Strength, number>> = { low: 2 / 255, medium: 4 / 255, high: 8 / 255 };

export interface AttackOptions {
  readonly strength: Strength;
  /** Ascents of each attack. */
  readonly steps: number;
}

/** An attack of the evaluation: the network that it climbs on, and how. */
export interface NamedAttack {
  readonly name: string;
  readonly network: Network;
  readonly assault: Assault;
}

/** PGD on pixels and the four unforeseen attacks, on images of `size` × `size`. */
export function attackSet(network: Network, size: number, { strength, steps }: AttackOptions): NamedAttack[] {
  // With steps of 2.5 ε / T the far side of the ball can be reached, and its border be walked along.
  const search = (own: Partial<AttackConfig>): AttackConfig => ({
    ...attackSchema.parse({ steps, start: "uniform", iterate: "best", stepSize: { relative: 2.5 / steps } }),
    ...own,
  });
  const [input] = resolveSites(network.model, [network.model.inputSite]);
  const pgd: NamedAttack = {
    name: "pgd",
    network,
    assault: {
      site: input!,
      epsilon: PGD_EPSILON[strength],
      config: search({ norm: "linf", rule: "sign" }),
      complete: (batch) => batch,
      image: ({ pixels }) => pixels!,
    },
  };
  const unforeseen = unforeseenAttacks.map(
    (attack): NamedAttack => ({
      name: attack.name,
      network: corruptedNetwork(network, attack, size),
      assault: {
        site: deltaSite,
        epsilon: attack.epsilon(size)[strength],
        config: search(attack.search),
        complete: (batch, indices) => corruptedBatch(batch, attack, size, indices),
        image: (batch) => attack.apply(batch, size),
      },
    }),
  );
  return [pgd, ...unforeseen];
}

/** The same attack with random parameters in the ball: a start without ascents. */
export function randomly({ name, network, assault }: NamedAttack): NamedAttack {
  const config: AttackConfig = { ...assault.config, steps: 0, iterate: "last" };
  return { name: `${name}/random`, network, assault: { ...assault, config } };
}
