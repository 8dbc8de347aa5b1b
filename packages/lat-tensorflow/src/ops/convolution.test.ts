import { describe, expect, it } from "vitest";
import { batchNorm, compile, conv2d, type Tensor, tf, valueAndGradients } from "../index.ts";

describe("conv2d", () => {
  it("refuses padding that the filter would not reach over", () => {
    expect(() => conv2d(tf.ones([1, 4, 4, 1]), tf.ones([1, 1, 1, 1]), { stride: 1, padding: 1 })).toThrow(
      /padding 1 of a filter of 1 × 1/,
    );
  });
});

describe("batchNorm", () => {
  const weights = { weight: tf.ones([2]), bias: tf.zeros([2]) };
  // Two images of two pixels; the channels have means 2 and 5, and variances of a sample 2 and 8/3.
  const x = tf.tensor4d([1, 3, 1, 5, 2, 5, 4, 7], [2, 1, 2, 2]);

  it.each([
    ["operation by operation", (run: (x: Tensor) => Tensor) => run],
    ["compiled by XLA", (run: (x: Tensor) => Tensor) => compile(run)],
    ["compiled without XLA", (run: (x: Tensor) => Tensor) => compile(run, { xla: false })],
  ])("tells the batch's means and variances, as of a sample, %s", (_, prepare) => {
    const run = prepare((y) => {
      const { mean, variance } = batchNorm(y, weights, 1e-5).statistics;
      return tf.stack([mean, variance]);
    });
    const found = run(x).dataSync();
    [2, 5, 2, 8 / 3].forEach((expected, i) => {
      expect(found[i]).toBeCloseTo(expected, 5);
    });
  });

  it("keeps no tensors when it is differentiated", () => {
    const run = () =>
      tf.tidy(() => {
        const { gradients } = valueAndGradients(() => batchNorm(x, weights, 1e-5).normalized, { x, ...weights });
        return gradients.x.dataSync()[0];
      });
    run();
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(before);
  });
});
