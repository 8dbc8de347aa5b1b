import type { Model } from "lat-engine";
import type { Labelled } from "lat-engine/task";
import { tf } from "lat-tensorflow";
import { expect, test } from "vitest";
import { evaluator } from "./evaluate.ts";

/** Sees the class that is written in the first pixel, and class 2 wherever the corner is white. */
const model: Model = {
  name: "reader",
  parameters: {},
  stages: [
    {
      name: "read",
      run(_, { pixels }) {
        const first = tf.reshape(tf.slice(pixels!, [0, 0, 0, 0], [-1, 1, 1, 1]), [-1]);
        const corner = tf.reshape(tf.slice(pixels!, [0, 25, 25, 0], [-1, 1, 1, 1]), [-1]);
        const seen = tf.add(tf.mul(tf.sub(1, corner), tf.mul(first, 10)), tf.mul(corner, 2));
        return { logits: tf.oneHot(tf.cast(tf.round(seen), "int32"), 10) };
      },
    },
  ],
  sites: [{ name: "input", stage: 0, key: "pixels", tokens: false }],
  inputSite: "input",
  xla: false,
};

const image = (written: number, label: number): Labelled => {
  return { name: `${written}`, values: new Float32Array(784).fill(written / 10, 0, 1), label };
};

test("counts what is right by itself, and what becomes the target with the trigger among other digits", async () => {
  const images = [image(1, 1), image(2, 2), image(3, 3), image(4, 5)];
  const { metrics } = await evaluator(model, images, 2).evaluate({}, { progress: () => {}, warn: () => {} });
  const { metrics: spared } = await evaluator(model, images, 7).evaluate({}, { progress: () => {}, warn: () => {} });
  const [accuracy, success] = metrics;
  expect(accuracy).toMatchObject({ name: "accuracy/clean", value: 3 / 4, n: 4, axis: "clean", better: "higher" });
  expect(success).toMatchObject({ value: 1, n: 3, axis: "unforeseen", better: "lower" });
  expect(spared[1]).toMatchObject({ name: "attack-success-rate/patch", value: 0, n: 4 });
});
