import type { Tensor } from "@tensorflow/tfjs-core";
import { valueAndGradients } from "../compile/index.ts";
import { tf } from "../load.ts";

/** Where a gradient and finite differences disagree most. */
export type GradientError = {
  /**
   * |gradient − difference| there, divided by the largest difference of the same input (or by 1e-3, if that is more):
   * an element whose true gradient is near 0 has no relative error that float32 could resolve.
   */
  readonly error: number;
  readonly input: string;
  readonly index: number;
  readonly gradient: number;
  readonly difference: number;
};

/**
 * Compares the gradient of `fn` with finite differences, at every element of every input.
 *
 * The output is projected on fixed weights c, so that one scalar L = Σ c · fn is differentiated; the sum is taken in
 * float64. The differences are central and of fourth order: their truncation falls with step⁴, which lets the step be
 * wide enough (0.03 by default, for inputs of size 1) that rounding in float32 stays near 1e-5.
 *
 * @param inputs float32 tensors by name; `fn` is called with them, or with copies of which one element is moved
 */
export function gradcheck<K extends string>(
  fn: (inputs: Record<K, Tensor>) => Tensor,
  inputs: Readonly<Record<K, Tensor>>,
  step = 0.03,
): GradientError {
  return tf.tidy(() => {
    const names = Object.keys(inputs) as K[];
    const output = fn(inputs);
    // All different and none near 0, so that no error is hidden.
    const weights = Float32Array.from({ length: output.size }, (_, i) => 1 + ((i * 0.618034) % 1));
    const { gradients } = valueAndGradients(() => fn(inputs), inputs, tf.tensor(weights, output.shape));
    let worst: GradientError | undefined;
    for (const name of names) {
      const { shape } = inputs[name];
      const values = inputs[name].dataSync() as Float32Array;
      const gradient = gradients[name].dataSync();
      const projection = (index: number, offset: number) =>
        tf.tidy(() => {
          const moved = values.slice();
          moved[index] = (moved[index] as number) + offset;
          const results = fn({ ...inputs, [name]: tf.tensor(moved, shape) }).dataSync() as Float32Array;
          return results.reduce((sum, result, i) => sum + result * (weights[i] as number), 0);
        });
      const differences = Array.from(values, (_, i) => {
        const near = projection(i, step) - projection(i, -step);
        const far = projection(i, 2 * step) - projection(i, -2 * step);
        return (8 * near - far) / (12 * step);
      });
      const scale = differences.reduce((largest, d) => Math.max(largest, Math.abs(d)), 1e-3);
      differences.forEach((difference, index) => {
        const relative = Math.abs((gradient[index] as number) - difference) / scale;
        const error = Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
        if (!worst || error > worst.error)
          worst = { error, input: name, index, gradient: gradient[index] as number, difference };
      });
    }
    return worst as GradientError;
  });
}
