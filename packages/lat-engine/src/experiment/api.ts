import type { MethodName } from "../configuration/config.ts";
import type { Observer } from "../records/observer.ts";

/** What a person asks for: a preset, a method and what differs from the preset. */
export interface RunRequest {
  readonly preset: string;
  readonly method: MethodName;
  /** Bound of the perturbation's norm; required for rlp, at and lat, refused for ft. */
  readonly epsilon?: number | undefined;
  /** Site names or indices; default: the preset's site for lat and rlp, the model's input site for at. */
  readonly sites?: readonly string[] | undefined;
  readonly seed: number;
  /** Overrides by dotted key: `defend.learningRate`, `attack.steps`, `options.implant`, `implantSeed`. */
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  /** The user's own data, given by path. */
  readonly data?: string | undefined;
}

export interface SweepRequest {
  readonly preset: string;
  readonly methods: readonly MethodName[];
  /** One grid for all perturbing methods; absent: the preset's own grid for each method. */
  readonly epsilons?: readonly number[] | undefined;
  readonly sites?: readonly string[] | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  readonly data?: string | undefined;
}

export interface RunOptions {
  /** The run's or sweep's folder. */
  readonly out: string;
  /** Continue what is there; its configuration must be the same. */
  readonly resume: boolean;
  readonly observer: Observer;
  /** Finishes the step, saves and returns with status `interrupted`. */
  readonly signal?: AbortSignal | undefined;
}

/** What `--dry-run` prints beside the configuration. */
export interface Estimate {
  readonly runs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly peakBytes: number;
}
