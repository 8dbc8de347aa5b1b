import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { columnSum } from "./reduce.ts";
import { withGradient } from "./with-gradient.ts";

/**
 * `x + bias`. As `tf.add`, whose gradient XLA sums over the rows on one thread.
 *
 * @param x [..., width]
 * @param bias [width]
 */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  return withGradient(
    [x, bias],
    (rows, shift) => ({ value: tf.add(rows, shift), saved: [] }),
    (gradient) => [gradient, columnSum(gradient)],
  );
}
