import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  attention,
  causalAttention,
  compile,
  gather,
  gelu,
  gradcheck,
  layerNorm,
  logSoftmaxLabel,
  rmsNorm,
  rotary,
  silu,
  swiGlu,
  tf,
  valueAndGradients,
} from "../index.ts";

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}

/** One operation of tooling/parity/ops_fixtures.py: PyTorch's values and gradients in float64. */
interface Case {
  readonly inputs: Record<string, Stored>;
  readonly integers: Record<string, Stored>;
  readonly output: Stored;
  readonly cotangent: Stored;
  readonly gradients: Record<string, Stored>;
}

type Operation = (inputs: Record<string, Tensor>, integers: Record<string, Tensor>) => Tensor;

const fixtures = new URL("../../fixtures/ops.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixtures, "utf8")) as { cases: Record<string, Case> };

const operations: Record<string, Operation> = {
  gather: ({ table }, { indices }) => gather(table!, indices!),
  logSoftmaxLabel: ({ logits }, { labels }) => logSoftmaxLabel(logits!, labels!),
  causalAttention: ({ queries, keys, values }) => causalAttention(queries!, keys!, values!),
  attention: ({ queries, keys, values }) => attention(queries!, keys!, values!),
  attentionMasked: ({ queries, keys, values }, { keyMask }) => attention(queries!, keys!, values!, keyMask),
  rotary: ({ x }, { positions }) => rotary(x!, positions!, 10_000),
  rotaryByRow: ({ x }, { positions }) => rotary(x!, positions!, 10_000),
  rmsNorm: ({ x, weight }) => rmsNorm(x!, weight!, 1e-5),
  layerNorm: ({ x, weight, bias }) => layerNorm(x!, weight!, bias!, 1e-5),
  silu: ({ x }) => silu(x!),
  swiGlu: ({ gate, up }) => swiGlu(gate!, up!),
  gelu: ({ x }) => gelu(x!),
};

const tensor = ({ data, shape }: Stored, dtype: "float32" | "int32" = "float32") => tf.tensor(data, shape, dtype);

/** Largest difference relative to the largest expected element. */
function error(actual: Tensor, expected: Stored): number {
  expect(actual.shape).toEqual(expected.shape);
  const values = actual.dataSync();
  const scale = expected.data.reduce((largest, e) => Math.max(largest, Math.abs(e)), 0);
  return expected.data.reduce((worst, e, i) => Math.max(worst, Math.abs((values[i] as number) - e) / scale), 0);
}

function tensors(stored: Record<string, Stored>, dtype: "float32" | "int32"): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, tensor(value, dtype)]));
}

it("every operation has reference values", () => {
  expect(Object.keys(operations).sort()).toEqual(Object.keys(cases).sort());
});

describe.each(Object.entries(operations))("%s", (name, operation) => {
  const reference = cases[name]!;
  const differentiate = (x: Record<string, Tensor>, n: Record<string, Tensor>, cotangent: Tensor) =>
    valueAndGradients(() => operation(x, n), x, cotangent);

  it.each([
    ["operation by operation", differentiate],
    ["compiled by XLA", compile(differentiate, { name })],
    ["compiled without XLA", compile(differentiate, { name, xla: false })],
  ])("has PyTorch's value and gradients, %s", (_, run) => {
    tf.tidy(() => {
      const { value, gradients } = run(
        tensors(reference.inputs, "float32"),
        tensors(reference.integers, "int32"),
        tensor(reference.cotangent),
      );
      expect(error(value, reference.output)).toBeLessThan(1e-5);
      for (const [key, gradient] of Object.entries(gradients))
        expect([key, error(gradient, reference.gradients[key]!)]).toSatisfy(([, e]) => e < 1e-5);
    });
  });

  it("has the gradient that finite differences give", () => {
    tf.tidy(() => {
      const integers = tensors(reference.integers, "int32");
      const { error, ...where } = gradcheck((x) => operation(x, integers), tensors(reference.inputs, "float32"));
      expect(error, JSON.stringify(where)).toBeLessThan(1e-3);
    });
  });
});

describe("attention", () => {
  it("gives a masked key exactly no weight, however large it is, and a fully masked query no NaN", () => {
    tf.tidy(() => {
      const [queries, keys] = [tf.ones([2, 1, 1, 2]), tf.fill([2, 2, 1, 2], 50)];
      const values = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 1, 2]);
      const mixed = attention(queries, keys, values, tf.tensor2d([1, 0, 0, 0], [2, 2])).dataSync();
      expect([...mixed.slice(0, 2)]).toEqual([1, 2]);
      expect([...mixed].every(Number.isFinite)).toBe(true);
    });
  });
});

describe("logSoftmaxLabel", () => {
  it("stays finite for logits of any size", () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([
        [1e4, -1e4],
        [-1e4, 1e4],
      ]);
      expect([...logSoftmaxLabel(logits, tf.tensor1d([0, 0], "int32")).dataSync()]).toEqual([0, -2e4]);
    });
  });
});
