import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { type AttributeValue, kernel } from "../kernel.ts";
import { tf } from "../load.ts";

export interface Convolution {
  readonly stride: number;
  /** Zeros on each of the four sides, less than the filter's size. */
  readonly padding: number;
}

/**
 * Convolution (cross-correlation, as in every deep learning library) with a square filter:
 * `y[n, i, j, :] = Σ_{a, b} x[n, i·stride + a − padding, j·stride + b − padding, :] · filter[a, b]`.
 *
 * The gradients are put together here, since those that TensorFlow derives take up to ten times as long on a CPU.
 *
 * @param x [examples, height, width, in]
 * @param filter [size, size, in, out]
 * @returns [examples, ⌊(height + 2·padding − size) / stride⌋ + 1, likewise width, out]
 */
export function conv2d(x: Tensor, filter: Tensor, { stride, padding }: Convolution): Tensor {
  const size = filter.shape[0] as number;
  if (padding >= size) throw new RangeError(`conv2d: padding ${padding} of a filter of ${size} × ${size}`);
  return size === 1 ? pointwise(subsample(x, stride), filter) : spatial(x, filter, stride, padding);
}

/** A 1 × 1 convolution is a matrix product. */
function pointwise(x: Tensor, filter: Tensor): Tensor {
  const [channels, out] = filter.shape.slice(2) as [number, number];
  return tf.reshape(tf.matMul(rows(x), tf.reshape(filter, [channels, out])), [...x.shape.slice(0, 3), out]);
}

function spatial(x: Tensor, filter: Tensor, stride: number, padding: number): Tensor {
  return tf.customGrad((...args) => {
    const [x, filter, save] = args as unknown as [Tensor, Tensor, GradSaveFunc];
    save([x, filter]);
    return {
      value: kernel("Conv2D", [x, filter], attributes(stride, padding)),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [x, filter] = saved as [Tensor, Tensor];
        return [
          inputGradient(gradient, filter, x.shape, stride, padding),
          filterGradient(gradient, x, filter.shape, stride, padding),
        ];
      },
    };
  })(x, filter);
}

/** With stride 1 it is a convolution too: of the gradient, with the filter turned by 180° and its channels swapped. */
function inputGradient(gradient: Tensor, filter: Tensor, shape: number[], stride: number, padding: number): Tensor {
  if (stride > 1) {
    const size = tf.tensor1d(shape, "int32");
    return kernel("Conv2DBackpropInput", [size, filter, gradient], attributes(stride, padding));
  }
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return kernel("Conv2D", [gradient, turned], attributes(1, (filter.shape[0] as number) - 1 - padding));
}

/** TensorFlow's, of inputs that are padded before: where it is to pad them itself it is up to ten times slower. */
function filterGradient(gradient: Tensor, x: Tensor, shape: number[], stride: number, padding: number): Tensor {
  const around: [number, number] = [padding, padding];
  const padded = padding === 0 ? x : tf.pad(x, [[0, 0], around, around, [0, 0]]);
  const size = tf.tensor1d(shape, "int32");
  return kernel("Conv2DBackpropFilter", [padded, size, gradient], attributes(stride, 0));
}

/**
 * Every `stride`-th row and column of images, from the first.
 *
 * TensorFlow's strided slice takes ten times as long as this one, of squares of `stride` × `stride` pixels.
 *
 * @param x [examples, height, width, channels]
 */
export function subsample(x: Tensor, stride: number): Tensor {
  if (stride === 1) return x;
  const [examples, height, width, channels] = x.shape as [number, number, number, number];
  const [down, across] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const missing = [down * stride - height, across * stride - width] as const;
  const whole = missing[0] + missing[1] === 0 ? x : tf.pad(x, [[0, 0], [0, missing[0]], [0, missing[1]], [0, 0]]); // biome-ignore format: one list
  const squares = tf.reshape(whole, [examples, down, stride, across, stride * channels]);
  const first = tf.slice(squares, [0, 0, 0, 0, 0], [examples, down, 1, across, channels]);
  return tf.reshape(first, [examples, down, across, channels]);
}

/** [examples, height, width, channels] → [positions, channels] */
function rows(x: Tensor): Tensor {
  return tf.reshape(x, [-1, x.shape[3] as number]);
}

function attributes(stride: number, padding: number): Record<string, AttributeValue> {
  return {
    T: { dtype: "float32" },
    strides: [1, stride, stride, 1],
    padding: padding === 0 ? "VALID" : "EXPLICIT",
    explicit_paddings: padding === 0 ? [] : [0, 0, padding, padding, padding, padding, 0, 0],
    data_format: "NHWC",
  };
}
