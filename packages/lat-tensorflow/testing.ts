// The operations beside PyTorch's values in float64: for this package's tests, and for a comparison with fresh values.
import type { Tensor } from "@tensorflow/tfjs-core";
import type * as library from "./src/index.ts";

export interface Stored {
  readonly shape: number[];
  readonly data: number[];
}

/** One operation of tooling/parity/ops_fixtures.py: PyTorch's values and gradients in float64. */
export interface OperationCase {
  readonly inputs: Record<string, Stored>;
  readonly integers: Record<string, Stored>;
  readonly output: Stored;
  readonly cotangent: Stored;
  readonly gradients: Record<string, Stored>;
}

export type Operation = (inputs: Record<string, Tensor>, integers: Record<string, Tensor>) => Tensor;

/** By stride and padding; the rest is in the shapes. */
const convolutions: Readonly<Record<string, library.Convolution>> = {
  conv2d: { stride: 1, padding: 1 },
  conv2dValid: { stride: 1, padding: 0 },
  conv2dFull: { stride: 1, padding: 2 },
  conv2dWide: { stride: 1, padding: 2 },
  conv2dStride2: { stride: 2, padding: 1 },
  conv2dStride2Odd: { stride: 2, padding: 1 },
  conv2dStride2Valid: { stride: 2, padding: 0 },
  conv2dStride3Even: { stride: 3, padding: 2 },
  conv2dPointwise: { stride: 1, padding: 0 },
  conv2dPointwiseStride2: { stride: 2, padding: 0 },
  conv2dPointwiseStride2Odd: { stride: 2, padding: 0 },
};

/** @param ops this package, from its sources or as others import it */
export function operations(ops: typeof library): Record<string, Operation> {
  return {
    gather: ({ table }, { indices }) => ops.gather(table!, indices!),
    logSoftmaxLabel: ({ logits }, { labels }) => ops.logSoftmaxLabel(logits!, labels!),
    logSoftmaxLabelSure: ({ logits }, { labels }) => ops.logSoftmaxLabel(logits!, labels!),
    causalAttention: ({ queries, keys, values }) => ops.causalAttention(queries!, keys!, values!),
    attention: ({ queries, keys, values }) => ops.attention(queries!, keys!, values!),
    attentionMasked: ({ queries, keys, values }, { keyMask }) => ops.attention(queries!, keys!, values!, keyMask),
    rotary: ({ x }, { positions }) => ops.rotary(x!, positions!, 10_000),
    rotaryByRow: ({ x }, { positions }) => ops.rotary(x!, positions!, 10_000),
    rmsNorm: ({ x, weight }) => ops.rmsNorm(x!, weight!, 1e-5),
    layerNorm: ({ x, weight, bias }) => ops.layerNorm(x!, weight!, bias!, 1e-5),
    silu: ({ x }) => ops.silu(x!),
    swiGlu: ({ gate, up }) => ops.swiGlu(gate!, up!),
    gelu: ({ x }) => ops.gelu(x!),
    relu: ({ x }) => ops.relu(x!),
    subsample: ({ x }) => ops.subsample(x!, 3),
    batchNorm: ({ x, weight, bias }) => ops.batchNorm(x!, { weight: weight!, bias: bias! }, 1e-5).normalized,
    ...Object.fromEntries(
      Object.entries(convolutions).map(([name, options]): [string, Operation] => [
        name,
        ({ x, filter }) => ops.conv2d(x!, filter!, options),
      ]),
    ),
  };
}

/** Largest difference relative to the largest expected element; infinite where the shapes differ. */
export function storedError(actual: Tensor, expected: Stored): number {
  if (`${actual.shape}` !== `${expected.shape}`) return Number.POSITIVE_INFINITY;
  const values = actual.dataSync();
  const scale = expected.data.reduce((largest, e) => Math.max(largest, Math.abs(e)), 0);
  return expected.data.reduce((worst, e, i) => Math.max(worst, Math.abs((values[i] as number) - e) / scale), 0);
}
