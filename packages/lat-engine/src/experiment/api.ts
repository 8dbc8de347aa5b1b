import type { AttackConfig, MethodName, TrainConfig } from "./config.ts";

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

/** Complete and validated: what `config.yaml` holds. The same configuration gives the same checkpoint, bit for bit. */
export interface RunConfig {
  readonly schema: 1;
  readonly task: string;
  readonly taskVersion: number;
  readonly preset: string;
  readonly method: MethodName;
  readonly epsilon: number | null;
  readonly sites: readonly string[];
  /** Of the defence: order of the examples and perturbations. */
  readonly seed: number;
  /** Of the implanting, which all runs that need the same implanted network share. */
  readonly implantSeed: number;
  readonly data: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly implant: TrainConfig | null;
  readonly defend: TrainConfig;
  readonly attack: AttackConfig;
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

export type Phase = "prepare" | "implant" | "defend" | "evaluate";

/** Told what happens while an experiment runs; the command line draws it, a library user may ignore it. */
export interface Observer {
  /** A phase of a run begins; `label` is for people (`lat ε 8 seed 0`). */
  phase(phase: Phase, label: string): void;
  /** How far the current phase is; `detail` is for people (`loss 4.21`). */
  progress(done: number, total: number, detail: string): void;
  log(level: "info" | "warn" | "error", message: string): void;
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
