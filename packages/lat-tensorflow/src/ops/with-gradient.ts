import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

/**
 * A function of one tensor with a hand-written gradient.
 *
 * @param forward returns the value and the tensors that `backward` reads; tfjs frees any other tensor made on the way
 * @param backward from the gradient of the value to the gradient of `x`
 */
export function withGradient<S extends readonly Tensor[]>(
  x: Tensor,
  forward: (x: Tensor) => { value: Tensor; saved: S },
  backward: (gradient: Tensor, saved: S) => Tensor,
): Tensor {
  return tf.customGrad((input, save) => {
    const { value, saved } = forward(input as Tensor);
    (save as GradSaveFunc)([...saved]);
    return { value, gradFunc: (gradient: Tensor, kept: Tensor[]) => backward(gradient, kept as unknown as S) };
  })(x);
}
