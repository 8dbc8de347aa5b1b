import { compile, logSoftmaxLabel, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { expect, it } from "vitest";
import { objectives } from "./objective.ts";

it.each([
  ["operation by operation", (run: (x: Tensor) => unknown) => run],
  ["compiled", (run: (x: Tensor) => unknown) => compile(run)],
])("away is log(1 − p), with its whole gradient where the network is all but certain, %s", (_, prepare) => {
  // Of label 0. In the last row p is 1 to the last bit of float32.
  const logits = [
    [25, 10, 0],
    [80, 5, 4],
    [1, 2, -1],
    [300, 0, 0],
  ];
  const differentiate = (x: Tensor) =>
    valueAndGradients(() => objectives.away.term(logSoftmaxLabel(x, tf.tensor1d([0, 0, 0, 0], "int32"))), { x });
  const { value, gradients } = prepare(differentiate)(tf.tensor2d(logits)) as ReturnType<typeof differentiate>;
  const [values, rows] = [value.arraySync() as number[], gradients.x.arraySync() as number[][]];
  logits.slice(0, 3).forEach(([own, ...others], row) => {
    // In float64: log Σ others − log Σ all, whose gradient is softmax over the others less softmax over all.
    const odds = others.map((logit) => Math.exp(logit - own!));
    const rest = odds.reduce((sum, odd) => sum + odd, 0);
    const expected = [-1 / (1 + rest), ...odds.map((odd) => odd / rest - odd / (1 + rest))];
    expect(values[row]! / (Math.log(rest) - Math.log1p(rest))).toBeCloseTo(1, 5);
    expected.forEach((gradient, i) => void expect(rows[row]![i]! / gradient).toBeCloseTo(1, 5));
  });
  expect(rows[3]!.map(Math.abs)).toEqual([0, 0, 0]);
  expect(values[3]).toBeCloseTo(Math.log(2 ** -126), 3);
});
