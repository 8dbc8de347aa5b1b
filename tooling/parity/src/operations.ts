import { readFileSync } from "node:fs";
import * as library from "lat-tensorflow";
import { type OperationCase, operations, type Stored, storedError } from "lat-tensorflow/testing";
import type { Row } from "./row.ts";

const { compile, disposeAll, tf, valueAndGradients } = library;

/** The value and the gradients of every operation of our own, compiled, beside PyTorch's in float64. */
export function operationRows(path: string): Row[] {
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Record<string, OperationCase> };
  const ours = operations(library);
  const group = "operations beside PyTorch in float64: largest error ÷ largest element";
  return Object.entries(cases).flatMap(([name, { inputs, integers, output, cotangent, gradients }]) => {
    const run = compile((x: Tensors, whole: Tensors, weights: library.Tensor) =>
      valueAndGradients(() => ours[name]!(x, whole), x, weights),
    );
    const args = [tensors(inputs, "float32"), tensors(integers, "int32"), tensor(cotangent, "float32")] as const;
    const result = run(...args);
    const worst = Math.max(
      ...Object.entries(gradients).map(([key, stored]) => storedError(result.gradients[key]!, stored)),
    );
    const rows: Row[] = [
      { group, what: name, error: storedError(result.value, output), bar: 1e-5 },
      { group, what: `${name}, gradients`, error: worst, bar: 1e-5 },
    ];
    disposeAll(args, result);
    run.release();
    return rows;
  });
}

type Tensors = Record<string, library.Tensor>;

function tensor({ data, shape }: Stored, dtype: "float32" | "int32"): library.Tensor {
  return tf.tensor(data, shape, dtype);
}

function tensors(stored: Record<string, Stored>, dtype: "float32" | "int32"): Tensors {
  return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, tensor(value, dtype)]));
}
