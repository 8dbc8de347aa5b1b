import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compile, configure, NonFiniteError, type Tensor, tf, valueAndGradients } from "../index.ts";

beforeEach(() => configure({ eager: true }));
afterEach(() => configure({ eager: false }));

describe("operation by operation, a function stops at the first that makes a value that is not finite", () => {
  const one = tf.tensor1d([1, 1]);

  it("and names the operation, what it was given, the function and the caller's line", () => {
    const f = compile((x: Tensor, y: Tensor) => tf.mul(tf.log(tf.sub(x, y)), 0), { name: "logarithms" });
    expect(() => f(tf.tensor1d([1, 2]), tf.tensor1d([0, 3]))).toThrow(NonFiniteError);
    expect(() => f(tf.tensor1d([1, 2]), tf.tensor1d([0, 3]))).toThrow(
      /^Log in the function "logarithms" at .*eager\.test\.ts:\d+:\d+: its result float32\[2\] holds NaN, the first value that is not finite\. It was given float32\[2\] of -1 to 1\.$/,
    );
  });

  it("NaN or infinity", () => {
    const f = compile((x: Tensor) => tf.sub(tf.div(one, x), tf.div(one, x)), { name: "difference" });
    expect(() => f(tf.tensor1d([0, 1]))).toThrow(
      /^RealDiv in the function "difference".*holds \+?Inf, .*given float32\[2\] of 1 to 1 and args\[0\] = float32\[2\] of 0 to 1\.$/,
    );
  });

  it("in a gradient", () => {
    const f = compile((x: Tensor) => valueAndGradients(() => tf.sqrt(x), { x }).gradients.x, { name: "root" });
    expect(() => f(tf.tensor1d([4, 0]))).toThrow(/^RealDiv in the function "root" at .*eager\.test.*\+?Inf/);
  });

  it("in a function that another calls, by its own name", () => {
    const inner = compile((x: Tensor) => tf.exp(x), { name: "inner" });
    const outer = compile((x: Tensor) => tf.neg(inner(tf.mul(x, 100))), { name: "outer" });
    expect(() => outer(tf.scalar(1))).toThrow(/^Exp in the function "inner"/);
  });

  it("and says so where the value came from outside", () => {
    const f = compile(({ x }: { x: Tensor }) => tf.add(x, one), { name: "given" });
    expect(() => f({ x: tf.tensor1d([1, Number.NaN]) })).toThrow(
      /^Add in the function "given".*it is given args\[0\]\.x = float32\[2\] of NaN to NaN, which no operation of the function made/,
    );
  });

  it("but not at one that no output can be spoiled by", () => {
    const f = compile((x: Tensor) => tf.where(tf.isFinite(x), x, tf.zerosLike(x)));
    expect([...f(tf.tensor1d([1, Number.POSITIVE_INFINITY])).dataSync()]).toEqual([1, 0]);
  });
});
