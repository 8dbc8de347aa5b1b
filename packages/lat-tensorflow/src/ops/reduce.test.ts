import { describe, expect, it } from "vitest";
import { compile, type Tensor, tf, valueAndGradients } from "../index.ts";
import { addBias } from "./bias.ts";
import { columnSum, lastMax, lastMean, lastSum, squareSum } from "./reduce.ts";

// Of whole numbers, of which every sum is exact: widths that are halved three times, once and never.
describe.each([
  [32, 128],
  [48, 40],
  [64, 31],
  [7, 1],
])("on [2, %i, %i]", (rows, width) => {
  const numbers = () =>
    tf.tensor3d(
      Array.from({ length: 2 * rows * width }, (_, i) => ((i * 37) % 101) - 50),
      [2, rows, width],
    );
  const same = (a: Tensor, b: Tensor): void => {
    expect(a.shape).toEqual(b.shape);
    expect([...a.dataSync()]).toEqual([...b.dataSync()]);
  };

  it("reduces as TensorFlow does", () => {
    tf.tidy(() => {
      const x = numbers();
      same(compile(lastSum)(x), tf.sum(x, -1, true));
      same(tf.round(tf.mul(compile(lastMean)(x), width)), tf.sum(x, -1, true));
      same(compile(lastMax)(x), tf.max(x, -1, true));
      same(compile(columnSum)(x), tf.sum(x, [0, 1]));
      same(columnSum(x), tf.sum(x, [0, 1]));
      same(compile(squareSum)(x), tf.sum(tf.square(x)));
    });
  });

  it("adds a bias, with the gradients of an addition", () => {
    tf.tidy(() => {
      const [x, bias, cotangent] = [numbers(), tf.range(0, width), tf.sub(3, numbers())];
      const of = (add: (x: Tensor, bias: Tensor) => Tensor) =>
        valueAndGradients(() => add(x, bias), { x, bias }, cotangent);
      const [ours, theirs] = [of(addBias), of(tf.add)];
      same(ours.value, theirs.value);
      same(ours.gradients.x, theirs.gradients.x);
      same(ours.gradients.bias, theirs.gradients.bias);
    });
  });
});
