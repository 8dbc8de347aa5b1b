import { randomNormal, type Tensor, tf } from "lat-tensorflow";
import type { Model, Tensors } from "./model.ts";

/** Parameters of a network trained from scratch, a function of the model's parameter specs and the seed alone. */
export function initialize(model: Model, seed: number): Tensors {
  const start = (
    [name, { shape, initial }]: [string, Model["parameters"][string]],
    index: number,
  ): [string, Tensor] => {
    if (initial === "ones") return [name, tf.ones([...shape])];
    if (initial === "zeros") return [name, tf.zeros([...shape])];
    return [
      name,
      tf.tidy(() => tf.mul(randomNormal(shape, { seed, stream: "initial", step: 0, index }), initial.normal)),
    ];
  };
  return Object.fromEntries(Object.entries(model.parameters).map(start));
}
