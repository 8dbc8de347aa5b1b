import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  batchNorm,
  batchNormByStatistics,
  type Convolution,
  compile,
  conv2d,
  gradcheck,
  relu,
  tf,
  valueAndGradients,
} from "../index.ts";

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}

/** PyTorch's values and gradients in float64; see tooling/parity/convolution_fixtures.py. */
interface Case {
  readonly inputs: Record<string, Stored>;
  readonly output: Stored;
  readonly cotangent: Stored;
  readonly gradients: Record<string, Stored>;
}

interface Fixtures {
  readonly convolutions: Record<string, Case & { readonly options: Convolution }>;
  readonly relu: Case;
  readonly batchNorm: {
    readonly epsilon: number;
    readonly statistics: Record<"mean" | "variance", Stored>;
    readonly training: Case;
    readonly evaluation: Case;
  };
}

type Operation = (inputs: Record<string, Tensor>) => Tensor;

const path = new URL("../../fixtures/convolution.json", import.meta.url);
const { convolutions, batchNorm: norm, relu: rectified } = JSON.parse(readFileSync(path, "utf8")) as Fixtures;
const tensor = ({ data, shape }: Stored) => tf.tensor(data, shape);
const tensors = (stored: Record<string, Stored>) =>
  Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, tensor(value)]));

/** Largest difference relative to the largest expected element. */
function error(actual: Tensor, expected: Stored): number {
  expect(actual.shape).toEqual(expected.shape);
  const values = actual.dataSync();
  const scale = expected.data.reduce((largest, e) => Math.max(largest, Math.abs(e)), 0);
  return expected.data.reduce((worst, e, i) => Math.max(worst, Math.abs((values[i] as number) - e) / scale), 0);
}

const statistics = tensors(norm.statistics) as Record<"mean" | "variance", Tensor>;
const operations: [string, Operation, Case][] = [
  ...Object.entries(convolutions).map(([name, reference]): [string, Operation, Case] => [
    `conv2d ${name}`,
    ({ x, filter }) => conv2d(x!, filter!, reference.options),
    reference,
  ]),
  ["relu", ({ x }) => relu(x!), rectified],
  [
    "batchNorm",
    ({ x, weight, bias }) => batchNorm(x!, { weight: weight!, bias: bias! }, norm.epsilon).normalized,
    norm.training,
  ],
  [
    "batchNormByStatistics",
    ({ x, weight, bias }) => batchNormByStatistics(x!, { weight: weight!, bias: bias! }, statistics, norm.epsilon),
    norm.evaluation,
  ],
];

describe.each(operations)("%s", (name, operation, reference) => {
  const differentiate = (x: Record<string, Tensor>, cotangent: Tensor) =>
    valueAndGradients(() => operation(x), x, cotangent);

  it.each([
    ["operation by operation", differentiate],
    ["compiled by XLA", compile(differentiate, { name })],
    ["compiled without XLA", compile(differentiate, { name, xla: false })],
  ])("has PyTorch's value and gradients, %s", (_, run) => {
    tf.tidy(() => {
      const { value, gradients } = run(tensors(reference.inputs), tensor(reference.cotangent));
      expect(error(value, reference.output)).toBeLessThan(1e-5);
      for (const [key, gradient] of Object.entries(gradients))
        expect(error(gradient, reference.gradients[key]!), key).toBeLessThan(1e-5);
    });
  });

  it("has the gradient that finite differences give", () => {
    tf.tidy(() => {
      const { error, ...where } = gradcheck(operation, tensors(reference.inputs));
      expect(error, JSON.stringify(where)).toBeLessThan(1e-3);
    });
  });
});

describe("conv2d", () => {
  it("refuses padding that the filter would not reach over", () => {
    expect(() => conv2d(tf.ones([1, 4, 4, 1]), tf.ones([1, 1, 1, 1]), { stride: 1, padding: 1 })).toThrow(
      /padding 1 of a filter of 1 × 1/,
    );
  });
});

describe("batchNorm", () => {
  it.each([
    ["operation by operation", (run: Operation) => run],
    ["compiled by XLA", (run: Operation) => compile(run)],
    ["compiled without XLA", (run: Operation) => compile(run, { xla: false })],
  ])("tells the statistics that PyTorch keeps of the batch, %s", (_, prepare) => {
    const stacked = prepare(({ x, weight, bias }) => {
      const { statistics } = batchNorm(x!, { weight: weight!, bias: bias! }, norm.epsilon);
      return tf.stack([statistics.mean, statistics.variance]);
    });
    tf.tidy(() => {
      const [mean, variance] = tf.unstack(stacked(tensors(norm.training.inputs)));
      expect(error(mean!, norm.statistics.mean)).toBeLessThan(1e-6);
      expect(error(variance!, norm.statistics.variance)).toBeLessThan(1e-6);
    });
  });

  it("keeps no tensors when it is differentiated", () => {
    const x = tensors(norm.training.inputs);
    const run = () =>
      tf.tidy(() => {
        const { gradients } = valueAndGradients(() => operations.at(-2)![1](x), x);
        return gradients.x!.dataSync()[0];
      });
    run();
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(before);
  });
});
