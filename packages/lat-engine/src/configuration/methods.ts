import { UsageError } from "lat-system";
import type { AttackConfig, MethodName } from "./config.ts";

/** What sets the four methods apart: whether they perturb, where unless told otherwise, and whether they ascend. */
export interface Method {
  readonly name: MethodName;
  readonly description: string;
  readonly perturbs: boolean;
  /** Whether it perturbs a hidden activation, by default at the preset's site; else the network's input alone. */
  readonly latent: boolean;
  attack(config: AttackConfig): AttackConfig;
}

const same = (config: AttackConfig): AttackConfig => config;

export const methods: Readonly<Record<MethodName, Method>> = {
  ft: {
    name: "ft",
    description: "fine-tuning: no perturbation",
    perturbs: false,
    latent: false,
    attack: same,
  },
  rlp: {
    name: "rlp",
    description: "random latent perturbation: LAT without ascent",
    perturbs: true,
    latent: true,
    attack: (config) => {
      if (config.start === "zero") {
        throw new UsageError(
          'attack.start: received "zero" for rlp, which then perturbs nothing; expected radial, uniform or boundary',
        );
      }
      return { ...config, steps: 0, restarts: 1, iterate: "last" };
    },
  },
  at: {
    name: "at",
    description: "adversarial training: LAT at the network's input",
    perturbs: true,
    latent: false,
    attack: same,
  },
  lat: {
    name: "lat",
    description: "latent adversarial training",
    perturbs: true,
    latent: true,
    attack: same,
  },
};
