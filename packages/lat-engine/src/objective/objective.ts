import { type Tensor, tf } from "lat-tensorflow";
import { SMALLEST } from "../ball/float32.ts";
import { entriesOf } from "../model/entries.ts";
import type { State } from "../model/model.ts";
import type { Network } from "../model/network.ts";

/**
 * What an attack maximises, as a function of the label log-probabilities [example, position]; the terms are summed over
 * positions by weight. Summed rather than averaged over the batch, so that batch size changes no perturbation.
 */
export interface Objective {
  /** Whose log-probabilities it reads: the true labels, or the adversary's targets. */
  readonly of: "labels" | "targets";
  term(logp: Tensor): Tensor;
}

/**
 * Terms of labels that are this improbable (log p) are dropped from `away`, which could not gain from them.
 * Source: Sheshadri et al., "Latent Adversarial Training Improves Robustness to Persistent Harmful Behaviors in LLMs"
 * (2024), and its code, aengusl/latent-adversarial-training.
 */
const NEGLIGIBLE = -5;

export const objectives = {
  /** Raises the training loss −log p. */
  untargeted: { of: "labels", term: (logp) => tf.neg(logp) },
  /** Makes the targets probable: raises log p(target). */
  targeted: { of: "targets", term: (logp) => logp },
  /** Makes the labels improbable with a bounded loss: raises log(1 − p). */
  away: {
    of: "labels",
    term: (logp) => {
      const matters = tf.cast(tf.greaterEqual(logp, NEGLIGIBLE), "float32");
      // p is 1 to the last bit where log p is 0; everywhere else 1 − p and its gradient are as exact as log p.
      return tf.mul(tf.log(tf.neg(tf.expm1(tf.minimum(logp, -SMALLEST)))), matters);
    },
  },
} as const satisfies Record<string, Objective>;

/** Σ over positions of weight · term, and of weight, for each example: [example] both. */
export interface PerExample {
  readonly sums: Tensor;
  readonly weights: Tensor;
}

/**
 * An objective of a network's last state.
 *
 * @param batch where the labels are: the batch, or the state that the stages in front of a site make of it
 * @throws LatError naming an entry that the likelihood reads and that is not there
 */
export function perExample({ likelihood }: Network, { of, term }: Objective, output: State, batch: State): PerExample {
  const last = entriesOf(output, "the state behind the last stage");
  const { logp, weights } = likelihood(last, entriesOf(batch, "the batch, as the loss finds it,"), of);
  return { sums: tf.sum(tf.mul(term(logp), weights), 1), weights: tf.sum(weights, 1) };
}
