import type { Tensor } from "lat-tensorflow";
import { divideOrZero } from "./float32.ts";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import { linf } from "./linf.ts";
import type { Box, Norm, Spread } from "./norm.ts";
import { region, type Scope } from "./scope.ts";

const norms = { l1, l2, linf } as const satisfies Readonly<Record<string, Norm>>;
export type NormName = keyof typeof norms;

/** A norm over a scope, with the mask of real positions built in: what is padding stays zero. */
export interface Ball {
  norm(x: Tensor): Tensor;
  project(x: Tensor, epsilon: Tensor, box?: Box): Tensor;
  randomPoint(normal: Tensor, uniform: Tensor): Tensor;
  /** Direction of `normal`, scaled to norm 1. */
  direction(normal: Tensor): Tensor;
  steepest(g: Tensor, spread?: Spread): Tensor;
  /** How many real numbers each ball covers; 0 for a ball of padding alone. */
  dimensions(x: Tensor): Tensor;
}

/** @param mask [example, token], 1 where a position is real */
export function ball(name: NormName, scope: Scope, mask?: Tensor): Ball {
  const norm: Norm = norms[name];
  const where = region(scope, mask);
  return {
    norm: (x) => norm.norm(where.masked(x), where),
    project: (x, epsilon, box) => norm.project(where.masked(x), epsilon, where, box),
    randomPoint: (normal, uniform) => where.masked(norm.randomPoint(where.masked(normal), uniform, where)),
    direction: (normal) => {
      const real = where.masked(normal);
      return divideOrZero(real, norm.norm(real, where));
    },
    steepest: (g, spread) => norm.steepest(where.masked(g), where, spread),
    dimensions: where.dimensions,
  };
}
