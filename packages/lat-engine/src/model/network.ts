import type { Tensor } from "lat-tensorflow";
import type { AttackConfig } from "../configuration/config.ts";
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
  /**
   * What a targeted attack aims at, as the entry `targets` of the batch that `likelihood` reads. Absent: batches bring
   * their own, if any.
   *
   * @param output the last state of the network that is to be attacked, without a perturbation
   * @param uniform [example] drawn from U(0, 1)
   */
  targets?(choice: AttackConfig["targets"], output: State, batch: State, uniform: Tensor): Tensor;
  /** The key of the batch that marks real tokens ([example, token], 1 real, 0 padding), where there are tokens. */
  readonly maskKey?: string;
}
