import type { Mode, ParameterSpec, Tensors } from "lat-engine";
import { batchNorm, type Convolution, conv2d, type Tensor, tf } from "lat-tensorflow";

/** Added to the variance, as in PyTorch. */
const epsilon = 1e-5;
/** Share of the batch's statistics in the next running ones. */
const momentum = 0.1;

/** Names of a convolution's and its batch norm's parameters, without what stands behind the dot. */
export interface LayerNames {
  readonly conv: string;
  readonly norm: string;
}

/** What a layer makes: its activation, and in mode `train` the next running statistics by name. */
export interface LayerOutput {
  readonly y: Tensor;
  readonly statistics: Tensors;
}

/** Convolution and batch norm. In mode `evaluate` they are one convolution, whose filter is scaled instead of its output. */
export function convolve(
  parameters: Tensors,
  { conv, norm }: LayerNames,
  x: Tensor,
  shape: Convolution,
  mode: Mode,
): LayerOutput {
  const get = (key: string) => parameters[`${norm}.${key}`]!;
  const [weight, bias, mean, variance] = [get("weight"), get("bias"), get("running_mean"), get("running_var")];
  const filter = parameters[`${conv}.weight`]!;
  if (mode === "evaluate") {
    const scale = tf.mul(weight, tf.rsqrt(tf.add(variance, epsilon)));
    const shift = tf.sub(bias, tf.mul(mean, scale));
    return { y: tf.add(conv2d(x, tf.mul(filter, scale), shape), shift), statistics: {} };
  }
  const { normalized, statistics } = batchNorm(conv2d(x, filter, shape), { weight, bias }, epsilon);
  const follow = (running: Tensor, batch: Tensor) => tf.add(tf.mul(running, 1 - momentum), tf.mul(batch, momentum));
  return {
    y: normalized,
    statistics: {
      [`${norm}.running_mean`]: follow(mean, statistics.mean),
      [`${norm}.running_var`]: follow(variance, statistics.variance),
    },
  };
}

/** The parameters of a convolution, drawn as He et al. (2015) propose for rectified networks, and of its batch norm. */
export function layerSpecs({ conv, norm }: LayerNames, size: number, channels: number, out: number) {
  const perChannel = (initial: "ones" | "zeros", rest?: { kind: "statistic" }): ParameterSpec => ({
    shape: [out],
    initial,
    decay: false,
    ...rest,
  });
  return {
    [`${conv}.weight`]: {
      shape: [size, size, channels, out],
      initial: { normal: Math.sqrt(2 / (size * size * channels)) },
      decay: true,
    },
    [`${norm}.weight`]: perChannel("ones"),
    [`${norm}.bias`]: perChannel("zeros"),
    [`${norm}.running_mean`]: perChannel("zeros", { kind: "statistic" }),
    [`${norm}.running_var`]: perChannel("ones", { kind: "statistic" }),
  } satisfies Record<string, ParameterSpec>;
}
