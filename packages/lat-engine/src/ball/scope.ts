import { type Tensor, tf } from "lat-tensorflow";

export type Scope = "example" | "token";

/**
 * What one ball covers. Of an activation [example, …] or [example, token, …], scope `example` reduces over everything but
 * the example and scope `token` over everything but example and token. Results keep their axes, to broadcast back.
 */
export interface Region {
  /** Sets what is not real (padding) to zero. */
  masked(x: Tensor): Tensor;
  sum(x: Tensor): Tensor;
  max(x: Tensor): Tensor;
  /** How many real numbers each ball covers. */
  dimensions(x: Tensor): Tensor;
}

/** @param mask [example, token], 1 where a position is real; absent: every position is */
export function region(scope: Scope, mask?: Tensor): Region {
  const kept = scope === "example" ? 1 : 2;
  const axes = (x: Tensor): number[] => Array.from({ length: x.rank - kept }, (_, i) => i + kept);
  const spread = (x: Tensor): Tensor => tf.reshape(mask!, [...mask!.shape, ...Array<number>(x.rank - 2).fill(1)]);
  const masked = (x: Tensor): Tensor => (mask ? tf.mul(x, spread(x)) : x);
  const sum = (x: Tensor): Tensor => tf.sum(x, axes(x), true);
  return {
    masked,
    sum,
    max: (x) => tf.max(x, axes(x), true),
    dimensions: (x) => sum(masked(tf.onesLike(x))),
  };
}
