import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { type AttributeValue, kernels } from "../kernel.ts";
import { tf } from "../load.ts";

/** What batch norm learns: both [channels]. */
export interface BatchNormWeights {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** Of each channel, over examples and positions: both [channels]. */
export interface ChannelStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Batch norm as in training: every channel is normalised by its own mean and variance over the batch. (In use it is a
 * scale and a shift of each channel.)
 *
 * @param x [examples, height, width, channels], more than one position of each channel
 * @returns the batch's statistics too, for running ones, with the variance of a sample (divided by n − 1, as PyTorch
 *   keeps it); no gradient flows through them
 */
export function batchNorm(
  x: Tensor,
  { weight, bias }: BatchNormWeights,
  epsilon: number,
): { normalized: Tensor; statistics: ChannelStatistics } {
  const attributes: Record<string, AttributeValue> = {
    T: { dtype: "float32" },
    U: { dtype: "float32" },
    epsilon: { float: epsilon },
    data_format: "NHWC",
    is_training: true,
  };
  const unused = tf.zeros(weight.shape);
  const inputs = [x, weight, bias, unused, unused];
  // Outside of the custom gradient, which would free all but its value.
  const [value, mean, variance, ...reserved] = kernels(
    "FusedBatchNormV3",
    inputs,
    { ...attributes, exponential_avg_factor: { float: 1 } },
    6,
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const normalized = tf.customGrad((...args) => {
    const [x, weight, , save] = args as unknown as [Tensor, Tensor, Tensor, GradSaveFunc];
    save([x, weight, ...reserved]);
    return {
      value,
      gradFunc: (gradient: Tensor, saved: Tensor[]) =>
        kernels("FusedBatchNormGradV3", [gradient, ...saved], attributes, 5).slice(0, 3),
    };
  })(x, weight, bias);
  return { normalized, statistics: { mean, variance } };
}
