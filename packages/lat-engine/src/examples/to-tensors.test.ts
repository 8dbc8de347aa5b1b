import { disposeAll, tf } from "lat-tensorflow";
import { expect, it } from "vitest";
import { toTensors } from "./to-tensors.ts";

it("makes tensors of the batch's shapes and kinds, all or none", () => {
  const before = tf.memory().numTensors;
  const x = { shape: [2, 1], data: Float32Array.of(0.5, 2) };
  const { x: floats, labels } = toTensors({ x, labels: { shape: [2], data: Int32Array.of(3, 4) } });
  expect([floats!.dtype, floats!.arraySync(), labels!.dtype, labels!.arraySync()]).toEqual([
    ...["float32", [[0.5], [2]], "int32", [3, 4]],
  ]);
  disposeAll(floats, labels);
  expect(() => toTensors({ x, labels: { shape: [3], data: Int32Array.of(3, 4) } })).toThrow(/shape|size/i);
  expect(tf.memory().numTensors).toBe(before);
});
