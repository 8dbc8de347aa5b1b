import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { tidyOnFailureToo } from "./scope.ts";

/** A value to differentiate, and tensors made on the way that are wanted too. */
export interface ValueWithAuxiliary<A extends string> {
  readonly value: Tensor;
  readonly auxiliary: Readonly<Record<A, Tensor>>;
}

/**
 * The value of `fn` and the gradient of Σ value · cotangent with respect to each tensor of `wrt` (reverse mode).
 *
 * All results are new tensors, also where the value is a tensor of `wrt`, or the cotangent is a gradient as it is.
 *
 * @param fn reads the tensors of `wrt` by closure and returns one tensor of any shape (per-example losses, say), alone or
 *   with auxiliary tensors through which no gradient flows
 * @param wrt tensors by name; one that the value does not depend on gets zeros
 * @param cotangent the weight of each element of the value, of the value's shape; default: ones
 */
export function valueAndGradients<K extends string, A extends string = never>(
  fn: () => Tensor | ValueWithAuxiliary<A>,
  wrt: Readonly<Record<K, Tensor>>,
  cotangent?: Tensor,
): { value: Tensor; auxiliary: Record<A, Tensor>; gradients: Record<K, Tensor> } {
  const names = Object.keys(wrt) as K[];
  const tensors = names.map((name) => wrt[name]);
  const auxiliary = {} as Record<A, Tensor>;
  const forward = (): Tensor => {
    const result = fn();
    if (result instanceof tf.Tensor) return result;
    // tfjs frees what the forward pass does not return: auxiliary tensors are kept, as handles of our own.
    for (const name of Object.keys(result.auxiliary) as A[])
      auxiliary[name] = tf.keep(tf.clone(result.auxiliary[name]));
    return result.value;
  };
  return tidyOnFailureToo(() => {
    const { value, grads } = tf.engine().gradients(forward, tensors, cotangent ?? null!, true);
    for (const tensor of Object.values<Tensor>(auxiliary)) {
      tensor.kept = false;
      track(tensor);
    }
    const gradients = {} as Record<K, Tensor>;
    names.forEach((name, i) => {
      gradients[name] = grads[i] ? tf.clone(grads[i]) : tf.zerosLike(tensors[i]!);
    });
    return { value: tf.clone(value), auxiliary, gradients };
  });
}

/** Makes the current tidy the tensor's owner. tfjs does so for what its kernels make, and offers no public way. */
function track(tensor: Tensor): void {
  (tf.engine() as unknown as { track(tensor: Tensor): Tensor }).track(tensor);
}
