import type { AttackConfig, State } from "lat-engine";
import type { Tensor } from "lat-tensorflow";

/** How far an attack may go; the figures of each are in its file. */
export const strengths = ["low", "medium", "high"] as const;
export type Strength = (typeof strengths)[number];

/**
 * An attack of ImageNet-UA: a corruption of images with parameters δ that are found by gradient ascent, like a
 * perturbation, in a ball of radius ε. What is not optimised is drawn once for each image.
 * Source: Kaufmann et al., "Testing Robustness Against Unforeseen Adversaries" (2023), and the code published with it.
 */
export interface UnforeseenAttack {
  readonly name: string;
  /** In the units of δ. */
  readonly epsilon: (size: number) => Readonly<Record<Strength, number>>;
  /** The ball of δ and how it is searched; what is not given is as in every attack of the evaluation. */
  readonly search: Partial<AttackConfig>;
  /** Shape of one image's δ. */
  readonly shape: (size: number) => readonly number[];
  /** Numbers that an image's corruption depends on beside δ, drawn by its index. */
  readonly fixed?: {
    readonly shape: (size: number) => readonly number[];
    readonly draw: (size: number, index: number) => Float32Array;
  };
  /**
   * The corrupted images, in [0, 1].
   *
   * @param state `pixels` [example, size, size, 3], `delta` [example, ...shape] and `fixed` [example, ...fixed.shape]
   */
  apply(state: State, size: number): Tensor;
}
