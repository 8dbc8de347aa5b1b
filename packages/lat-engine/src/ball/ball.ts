import { type Tensor, tf } from "lat-tensorflow";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import { linf } from "./linf.ts";
import { type Region, region, type Scope } from "./scope.ts";

/**
 * The set ‖δ‖_p ≤ ε for one norm. Every function works on whole activations, one ball per example or per token, and is
 * plain tensor arithmetic: it can be compiled, and ε is a tensor so that another ε is not another function.
 */
export interface Norm {
  /** ‖x‖, with the reduced axes kept. */
  norm(x: Tensor, region: Region): Tensor;
  /** The point of the ball nearest to x (Euclidean distance). */
  project(x: Tensor, epsilon: Tensor, region: Region): Tensor;
  /**
   * A point uniform in the ball of radius 1.
   * @param normal independent N(0, 1) of the activation's shape
   * @param uniform one independent U(0, 1) for each ball, with the reduced axes kept
   */
  randomPoint(normal: Tensor, uniform: Tensor, region: Region): Tensor;
  /** The v with ‖v‖ = 1 that maximises ⟨v, g⟩, which is then the dual norm of g; zero where g is. */
  steepest(g: Tensor, region: Region): Tensor;
}

export type NormName = "l1" | "l2" | "linf";

const norms: Readonly<Record<NormName, Norm>> = { l1, l2, linf };

/** A norm over a scope, with the mask of real positions built in: what is padding stays zero. */
export interface Ball {
  norm(x: Tensor): Tensor;
  project(x: Tensor, epsilon: Tensor): Tensor;
  randomPoint(normal: Tensor, uniform: Tensor): Tensor;
  /** Direction of `normal`, scaled to norm 1. */
  direction(normal: Tensor): Tensor;
  steepest(g: Tensor): Tensor;
  /** How many real numbers each ball covers; 0 for a ball of padding alone. */
  dimensions(x: Tensor): Tensor;
}

/** @param mask [example, token], 1 where a position is real */
export function ball(name: NormName, scope: Scope, mask?: Tensor): Ball {
  const norm = norms[name];
  const where = region(scope, mask);
  return {
    norm: (x) => norm.norm(where.masked(x), where),
    project: (x, epsilon) => norm.project(where.masked(x), epsilon, where),
    randomPoint: (normal, uniform) => where.masked(norm.randomPoint(where.masked(normal), uniform, where)),
    direction: (normal) => {
      const real = where.masked(normal);
      return divideOrZero(real, norm.norm(real, where));
    },
    steepest: (g) => norm.steepest(where.masked(g), where),
    dimensions: where.dimensions,
  };
}

/** x / y, and 0 where y is 0. */
export function divideOrZero(x: Tensor, y: Tensor): Tensor {
  const zero = tf.cast(tf.equal(y, 0), "float32");
  return tf.mul(tf.div(x, tf.add(y, zero)), tf.sub(1, zero));
}
