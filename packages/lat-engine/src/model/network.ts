import type { Tensor } from "lat-tensorflow";
import type { Model, State } from "./model.ts";

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
