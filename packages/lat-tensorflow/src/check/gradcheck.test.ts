import type { Tensor } from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { gradcheck, tf } from "../index.ts";

const x = tf.tensor1d([0.5, -1, 2]);

it("accepts a right gradient", () => {
  expect(gradcheck(({ x }) => tf.mul(tf.exp(x), x), { x }).error).toBeLessThan(1e-4);
});

it("finds the element and the size of a wrong one", () => {
  const wrong = (x: Tensor) =>
    tf.customGrad((y) => ({
      value: tf.square(y as Tensor),
      gradFunc: (gradient: Tensor) => tf.mul(gradient, tf.tensor1d([1, -2, 4.4])),
    }))(x);
  const { error, input, index } = gradcheck(({ x }) => wrong(x), { x });
  expect([input, index]).toEqual(["x", 2]);
  expect(error).toBeCloseTo(0.1, 3);
});

it("counts a gradient that is not a number as infinitely wrong", () => {
  const broken = (x: Tensor) =>
    tf.customGrad((y) => ({
      value: tf.square(y as Tensor),
      gradFunc: (gradient: Tensor) => tf.mul(gradient, tf.tensor1d([1, Number.NaN, 4])),
    }))(x);
  expect(gradcheck(({ x }) => broken(x), { x })).toMatchObject({ error: Number.POSITIVE_INFINITY, index: 1 });
});
