import { expect, test } from "vitest";
import { labelledExamples } from "./labelled.ts";

test("batches hold the inputs asked for, in that order, with their classes", () => {
  const inputs = [0, 1, 2].map((i) => ({ name: `${i}`, values: Float32Array.of(i, i + 0.5), label: 10 + i }));
  const examples = labelledExamples(inputs, "points", [1, 2]);
  expect(examples.size).toBe(3);
  expect(examples.batch([2, 0])).toEqual({
    points: { shape: [2, 1, 2], data: Float32Array.of(2, 2.5, 0, 0.5) },
    labels: { shape: [2], data: Int32Array.of(12, 10) },
  });
});
