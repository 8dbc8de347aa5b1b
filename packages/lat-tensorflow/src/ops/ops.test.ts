import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type OperationCase, operations, type Stored, storedError } from "../../testing.ts";
import * as library from "../index.ts";

const { attention, causalAttention, compile, gradcheck, logSoftmaxLabel, tf, valueAndGradients } = library;

const fixtures = new URL("../../fixtures/ops.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixtures, "utf8")) as { cases: Record<string, OperationCase> };
const ours = operations(library);

const tensor = ({ data, shape }: Stored, dtype: "float32" | "int32" = "float32") => tf.tensor(data, shape, dtype);

function tensors(stored: Record<string, Stored>, dtype: "float32" | "int32"): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, tensor(value, dtype)]));
}

it("every operation has reference values", () => {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(cases).sort());
});

describe.each(Object.entries(ours))("%s", (name, operation) => {
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
      expect(storedError(value, reference.output)).toBeLessThan(1e-5);
      for (const [key, gradient] of Object.entries(gradients))
        expect([key, storedError(gradient, reference.gradients[key]!)]).toSatisfy(([, e]) => e < 1e-5);
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

  it("gives a token that sees itself alone exactly no gradient at its query", () => {
    tf.tidy(() => {
      const draw = (seed: number) => tf.randomNormal([2, 3, 2, 4], 0, 1, "float32", seed);
      const [queries, keys, values, cotangent] = [draw(1), draw(2), draw(3), draw(4)];
      const gradient = compile(
        (q: Tensor, k: Tensor, v: Tensor, weights: Tensor) =>
          valueAndGradients(() => causalAttention(q, k, v), { q }, weights).gradients.q,
      )(queries, keys, values, cotangent);
      const [first, later] = [tf.slice(gradient, [0, 0], [2, 1]), tf.slice(gradient, [0, 1], [2, 2])];
      expect([...first.dataSync()].map(Math.abs)).toEqual(Array(16).fill(0));
      expect([...later.dataSync()].every((value) => value !== 0)).toBe(true);
    });
  });
});

describe("an index that is out of range", () => {
  const lookUp = (x: Tensor, indices: Tensor) => library.gather(x, indices);
  const ofLabel = (x: Tensor, labels: Tensor) => logSoftmaxLabel(x, labels);
  const inputs = (index: number) => [tf.ones([3, 3]), tf.tensor1d([0, index, 2], "int32")] as const;

  it.each([
    ["gather", lookUp],
    ["logSoftmaxLabel", ofLabel],
  ])("is never taken for another: %s", (_, operation) => {
    tf.tidy(() => {
      const compiled = compile(operation);
      for (const index of [-1, 3, 1000]) {
        expect(() => operation(...inputs(index))).toThrow(/GatherV2.*not in \[0, 3\)/s);
        expect(() => compile(operation, { xla: false })(...inputs(index))).toThrow(/not in \[0, 3\)/);
        const [first, second, third] = tf.unstack(compiled(...inputs(index)));
        expect([...second!.dataSync()].some(Number.isFinite)).toBe(false);
        for (const row of [first!, third!]) expect([...row.dataSync()].every(Number.isFinite)).toBe(true);
      }
    });
  });
});

describe("logSoftmaxLabel", () => {
  // The last three are as large as float32 has them: all of a confident network, an even choice, and a wrong label.
  const rows = [
    { logits: [25, 10, 0], label: 0 },
    { logits: [16, -16, 0], label: 0 },
    { logits: [100, 30, 20], label: 0 },
    { logits: [0, 1e-4, -1e-4], label: 1 },
    { logits: [3, 3, -30], label: 1 },
    { logits: [-40, 40, 0], label: 0 },
  ];
  // In float64, where nothing of this is lost: exp(−70) is 4e-31.
  const expected = rows.map(({ logits, label }) => {
    const own = logits[label]!;
    const others = logits.filter((_, i) => i !== label).reduce((sum, x) => sum + Math.exp(x - own), 0);
    const loss = Math.log1p(others);
    const gradient = logits.map((x, i) => (i === label ? others : -Math.exp(x - own)) / (1 + others));
    return { loss, gradient };
  });
  const differentiate = (x: Tensor, labels: Tensor) => valueAndGradients(() => logSoftmaxLabel(x, labels), { x });

  it.each([
    ["operation by operation", differentiate],
    ["compiled by XLA", compile(differentiate)],
    ["compiled without XLA", compile(differentiate, { xla: false })],
  ])(
    "has the value and every element of the gradient to float32's precision, however sure the logits, %s",
    (_, run) => {
      tf.tidy(() => {
        const labels = tf.tensor1d(
          rows.map(({ label }) => label),
          "int32",
        );
        const { value, gradients } = run(tf.tensor2d(rows.map(({ logits }) => logits)), labels);
        const [losses, gradient] = [value.arraySync() as number[], gradients.x.arraySync() as number[][]];
        expect(expected[0]!.loss).toBeCloseTo(3.06e-7, 9);
        const near = (actual: number, exact: number): void =>
          expect(Math.abs(actual - exact), `${actual}, expected ${exact}`).toBeLessThanOrEqual(1e-6 * Math.abs(exact));
        expected.forEach(({ loss, gradient: exact }, row) => {
          near(-losses[row]!, loss);
          exact.forEach((value, i) => void near(gradient[row]![i]!, value));
        });
      });
    },
  );

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
