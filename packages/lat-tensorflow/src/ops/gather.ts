import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { kernel } from "../kernel.ts";
import { tf } from "../load.ts";
import { withGradient } from "./with-gradient.ts";

/**
 * Rows of a table: `result[...i, :] = table[indices[...i], :]`. Unlike `tf.gather` it does not read the indices on the
 * host, so it can be compiled.
 *
 * An index that is out of range is an error of TensorFlow's; XLA, which has no errors, would read the nearest row: there the
 * result is not finite.
 *
 * @param table [rows, width]
 * @param indices int32, any shape, each in [0, rows)
 * @returns [...indices.shape, width]
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  const [rows, width] = table.shape as [number, number];
  return withGradient(
    [table],
    (values) => {
      const found = gatherAlong(values, indices, 0);
      return { value: tf.div(found, tf.expandDims(inRange(indices, rows), -1)), saved: [indices] as const };
    },
    (gradient, [index]) => [
      tf.unsortedSegmentSum(tf.reshape(gradient, [-1, width]), tf.reshape(index, [-1]) as Tensor1D, rows),
    ],
  );
}

/** GatherV2 along `axis`; the axes before it are shared by values and indices. No gradient. */
export function gatherAlong(values: Tensor, indices: Tensor, axis: number): Tensor {
  return kernel("GatherV2", [values, indices, tf.scalar(axis, "int32")], {
    batch_dims: axis,
    Tparams: { dtype: values.dtype },
    Tindices: { dtype: "int32" },
    Taxis: { dtype: "int32" },
  });
}

/** 1 where an index is in [0, size), else 0. To divide by: a division by 1 changes nothing, one by 0 cannot be overlooked. */
export function inRange(indices: Tensor, size: number): Tensor {
  return tf.cast(tf.logicalAnd(tf.greaterEqual(indices, 0), tf.less(indices, size)), "float32");
}
