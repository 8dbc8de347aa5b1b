import type { PackagePin } from "lat-system";
import type { Tensor } from "lat-tensorflow";
import type { z } from "zod";
import type { AttackConfig, TrainConfig } from "../experiment/config.ts";
import type { Evaluation } from "../experiment/summary.ts";
import type { Model, State, Tensors } from "../model/model.ts";

/** Typed arrays by name, on the host: what a data loader makes and the engine turns into tensors. */
export type HostBatch = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array }>
>;

/** One pass over the training examples: what an augmentation depends on, beside the example's index. */
export interface Pass {
  readonly seed: number;
  readonly epoch: number;
}

/** Examples that batches are made from. `batch` must depend on its arguments alone. */
export interface ExampleSet {
  readonly size: number;
  /** Length of each example in tokens, where lengths differ; batches are then padded to one of a few lengths. */
  readonly lengths?: readonly number[];
  /**
   * The batch of these examples.
   *
   * @param length what their token axis is padded to
   * @param pass given in training, for examples that are augmented; without it they are as they are
   * @returns a promise where it is made in other threads; training asks for the batches of a step while it computes the
   *   step before
   */
  batch(indices: readonly number[], length?: number, pass?: Pass): HostBatch | Promise<HostBatch>;
}

/** Examples that lie in memory: their batches are there at once. */
export interface HeldExamples extends ExampleSet {
  batch(indices: readonly number[], length?: number, pass?: Pass): HostBatch;
}

/**
 * Log-probabilities of the labels, for losses and attack objectives.
 * `logp` and `weights` are [example, position]; a position of weight 0 does not count.
 */
export interface LabelLikelihood {
  readonly logp: Tensor;
  readonly weights: Tensor;
}

/** What an attack and a training step need to know of a network. */
export interface Network {
  readonly model: Model;
  /**
   * log p of the batch's labels (`labels`) or of the adversary's targets (`targets`) given the last state. Reading an
   * entry that is not there is an error; one that may be missing is asked for with `in`.
   */
  likelihood(output: State, batch: State, which: "labels" | "targets"): LabelLikelihood;
  /** The key of the batch that marks real tokens ([example, token], 1 real, 0 padding), where there are tokens. */
  readonly maskKey?: string;
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
   * What examples of one kind have in common (a request, a person, a thing that is drawn), by the part of the data they
   * are in: nothing is in two parts, those that `evaluate` measures on included.
   */
  readonly splits: Readonly<Record<string, readonly string[]>>;
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
  /** What `--data` takes, for people: `a folder of pictures for each class`. Absent: the task takes no data of one's own. */
  readonly data?: string;
  /** Published packages that carry the task's data. */
  readonly packages: readonly PackagePin[];
  /** Loads, poisons and splits the data and makes the model. Deterministic in the options. */
  prepare(options: Options, context: PrepareContext): Promise<Prepared>;
}

/** Types a task's definition: `export default defineTask({ … })`. */
export function defineTask<Options>(task: Task<Options>): Task<Options> {
  return task;
}
