import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

/**
 * A function of tensors with a hand-written gradient.
 *
 * @param forward returns the value and the tensors that `backward` reads; tfjs frees any other tensor made on the way
 * @param backward from the gradient of the value to the gradient of each input
 */
export function withGradient<const X extends readonly Tensor[], S extends readonly Tensor[]>(
  inputs: X,
  forward: (...inputs: X) => { value: Tensor; saved: S },
  backward: (gradient: Tensor, saved: S) => { [K in keyof X]: Tensor },
): Tensor {
  return tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as GradSaveFunc;
    const { value, saved } = forward(...(args.slice(0, -1) as unknown as X));
    save([...saved]);
    return {
      value,
      gradFunc: (gradient: Tensor, kept: Tensor[]) => [...backward(gradient, kept as unknown as S)],
    };
  })(...inputs);
}
