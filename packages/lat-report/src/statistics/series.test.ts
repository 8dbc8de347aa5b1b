import { expect, test } from "vitest";
import { trainingCurve } from "./series.ts";

const step = (index: number, attackLosses?: number[]) => ({
  step: index,
  loss: index,
  gradientNorm: 1,
  learningRate: 1,
  ...(attackLosses && { attackLosses }),
});

test("a short run keeps every step, with the attack's first and last loss", () => {
  expect(trainingCurve([step(1), step(2, [3, 4, 6])])).toEqual([
    { step: 1, loss: 1 },
    { step: 2, loss: 2, attack: { before: 3, after: 6 } },
  ]);
  expect(trainingCurve([])).toEqual([]);
});

test("a long run becomes means over consecutive steps", () => {
  const steps = Array.from({ length: 10 }, (_, index) => step(index + 1));
  expect(trainingCurve(steps, 4)).toEqual([
    { step: 3, loss: 2 },
    { step: 6, loss: 5 },
    { step: 9, loss: 8 },
    { step: 10, loss: 10 },
  ]);
});
