import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

/**
 * The value of `fn` and the gradient of Σ value · cotangent with respect to each tensor of `wrt` (reverse mode).
 *
 * @param fn reads the tensors of `wrt` by closure and returns one tensor, of any shape: per-example losses, say
 * @param wrt tensors by name; one that the value does not depend on gets zeros
 * @param cotangent the weight of each element of the value, of the value's shape; default: ones
 */
export function valueAndGradients<K extends string>(
  fn: () => Tensor,
  wrt: Readonly<Record<K, Tensor>>,
  cotangent?: Tensor,
): { value: Tensor; gradients: Record<K, Tensor> } {
  const names = Object.keys(wrt) as K[];
  const tensors = names.map((name) => wrt[name]);
  const { value, grads } = tf.engine().gradients(fn, tensors, cotangent ?? null!, true);
  const gradients = {} as Record<K, Tensor>;
  names.forEach((name, i) => {
    gradients[name] = grads[i] ?? tf.zerosLike(tensors[i]!);
  });
  return { value, gradients };
}
