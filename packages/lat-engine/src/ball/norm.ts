import type { Tensor } from "lat-tensorflow";
import type { Region } from "./scope.ts";

/** Bounds of every coordinate of a perturbation, of its shape: low ≤ 0 ≤ high, so that no perturbation is always allowed. */
export interface Box {
  readonly low: Tensor;
  readonly high: Tensor;
}

/** What keeps a step in an L1 ball, whose steepest direction is a single coordinate, from being spent on one that is full. */
export interface Spread {
  /** Over this share of a ball's coordinates, those of the largest |g|, the step is spread evenly; over one at least. */
  readonly share: number;
  /** How far each coordinate may still move: those that have no way to go along g are passed over. */
  readonly room?: Box | undefined;
}

/**
 * The set ‖δ‖_p ≤ ε for one norm. Every function works on whole activations, one ball per example or per token, and is
 * plain tensor arithmetic: it can be compiled, and ε is a tensor so that another ε is not another function.
 */
export interface Norm {
  /** ‖x‖, with the reduced axes kept. */
  norm(x: Tensor, region: Region): Tensor;
  /** The point of the ball, or of its intersection with a box, that is nearest to x (Euclidean distance). */
  project(x: Tensor, epsilon: Tensor, region: Region, box?: Box): Tensor;
  /**
   * A point uniform in the ball of radius 1.
   * @param normal independent N(0, 1) of the activation's shape
   * @param uniform one independent U(0, 1) for each ball, with the reduced axes kept
   */
  randomPoint(normal: Tensor, uniform: Tensor, region: Region): Tensor;
  /** The v with ‖v‖ = 1 that maximises ⟨v, g⟩, which is then the dual norm of g; zero where g is. */
  steepest(g: Tensor, region: Region, spread?: Spread): Tensor;
}
