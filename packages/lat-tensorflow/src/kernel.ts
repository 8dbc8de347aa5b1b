import type { DataType, Tensor } from "@tensorflow/tfjs-core";
import type { KernelAttribute } from "./binding.ts";
import { NonFiniteError, TraceError } from "./compile/errors.ts";
import { runtime } from "./load.ts";

/** The value of a TensorFlow attribute; `{ float }` and `{ dtype }` say which kind a number or a string is. */
export type AttributeValue =
  | boolean
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly dtype: DataType };

/**
 * Runs (or, while tracing, records) a TensorFlow kernel that tfjs has no function for, or a worse one. It has no
 * gradient: wrap it in `tf.customGrad` where one is needed.
 *
 * @param attributes by TensorFlow's own names; a whole number is an int, `true` a bool, a list a list of ints. One that the
 *   kernel does not know is ignored by TensorFlow.
 * @throws {Error} naming the kernel and what it was given; while tracing, a `TraceError`
 */
export function kernel(
  name: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, AttributeValue>>,
): Tensor {
  return kernels(name, inputs, attributes, 1)[0]!;
}

/** As `kernel`, for a kernel with several outputs. */
export function kernels(
  name: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, AttributeValue>>,
  outputs: number,
): Tensor[] {
  const { backend } = runtime();
  const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
  try {
    return backend.executeMultipleOutputs(name, list, [...inputs], outputs);
  } catch (cause) {
    if (cause instanceof TraceError || cause instanceof NonFiniteError) throw cause;
    const given = inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(", ");
    const message = (cause as Error).message.replace(/^Invalid TF_Status: \d+\s+Message: /, "");
    throw new Error(`${name} of ${given}: ${message}`, { cause });
  }
}

function attribute(name: string, value: AttributeValue): KernelAttribute {
  const { backend } = runtime();
  const { binding } = backend;
  if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
  if (typeof value === "string") return { name, type: binding.TF_ATTR_STRING, value };
  if (typeof value === "number" || Array.isArray(value)) return { name, type: binding.TF_ATTR_INT, value };
  if ("float" in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
  return { name, type: binding.TF_ATTR_TYPE, value: backend.getDTypeInteger((value as { dtype: DataType }).dtype) };
}
