import { compile, type Tensor, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { classTargets } from "./index.ts";

const logits = tf.tensor2d([
  [3, 1, 2, -1],
  [-5, 1, 2, -1],
  [0, 0, 0, 0],
]);
const labels = tf.tensor1d([0, 0, 1], "int32");
const uniforms = tf.tensor1d([0, 0.5, 0.999_999_94]);
const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];

describe("the classes that a targeted attack aims at", () => {
  it("are the least likely by the logits, other than the label", () => {
    expect(numbers(classTargets("least-likely", { logits }, { labels }, uniforms))).toEqual([3, 3, 0]);
  });

  it("are one that was asked for, or the least likely for examples that are of it", () => {
    expect(numbers(classTargets(0, { logits }, { labels }, uniforms))).toEqual([3, 3, 0]);
    expect(numbers(classTargets(2, { logits }, { labels }, uniforms))).toEqual([2, 2, 2]);
    const aim = compile((given: Tensor) => classTargets(4, { logits: given }, { labels }, uniforms));
    expect(() => aim(logits)).toThrow("attack.targets: received 4, expected a class from 0 to 3");
  });

  it("are drawn from all classes but the label, each as often", () => {
    expect(numbers(classTargets("random", { logits }, { labels }, uniforms))).toEqual([1, 2, 0]);
    const [n, counts] = [3000, [0, 0, 0, 0]];
    const many = tf.tensor1d(Array.from({ length: n }, (_, i) => i / n));
    const drawn = classTargets("random", { logits: tf.zeros([n, 4]) }, { labels: tf.fill([n], 2, "int32") }, many);
    for (const target of numbers(drawn)) counts[target]!++;
    expect(counts).toEqual([1000, 1000, 0, 1000]);
  });

  it("are the other one of two", () => {
    const two = { logits: tf.zeros([2, 2]) };
    const both = { labels: tf.tensor1d([0, 1], "int32") };
    for (const choice of ["random", "least-likely", 0, 1] as const)
      expect(numbers(classTargets(choice, two, both, tf.tensor1d([0.2, 0.9])))).toEqual([1, 0]);
  });
});
