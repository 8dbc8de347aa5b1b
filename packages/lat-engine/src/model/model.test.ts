import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { toTensors } from "../examples/to-tensors.ts";
import { toyExamples, toyModel } from "../testing/toy.ts";
import { initialize } from "./initialize.ts";
import { forward, prefix, suffix } from "./run.ts";
import { resolveSites } from "./sites.ts";

const parameters = initialize(toyModel, 2);
const batch = toTensors(toyExamples(4, "model").batch([0, 1, 2, 3], 4));

describe("a staged model", () => {
  it("is its prefix and then its suffix, split at any site, with any perturbation behind it", () => {
    for (const [index, site] of toyModel.sites.entries()) {
      const state = prefix(toyModel, parameters, batch, site);
      const perturbations = Object.fromEntries(
        toyModel.sites.slice(index).map(({ name, key }, k) => {
          const activation = prefix(toyModel, parameters, batch, toyModel.sites[index + k]!)[key]!;
          return [name, tf.mul(tf.cos(activation), 0.1)];
        }),
      );
      for (const change of [{}, perturbations]) {
        const whole = forward(toyModel, parameters, batch, change).logits!;
        const split = suffix(toyModel, parameters, state, site, change).logits!;
        expect([...split.dataSync()]).toEqual([...whole.dataSync()]);
      }
      const moved = tf.sub(
        forward(toyModel, parameters, batch, perturbations).logits!,
        forward(toyModel, parameters, batch).logits!,
      );
      expect(tf.max(tf.abs(moved)).dataSync()[0]).toBeGreaterThan(1e-3);
    }
  });

  it("starts from parameters that the seed alone decides", () => {
    const bits = (seed: number): number[][] =>
      Object.values(initialize(toyModel, seed)).map((tensor) => [...tensor.dataSync()]);
    expect(bits(2)).toEqual(bits(2));
    expect(bits(2)).not.toEqual(bits(3));
    const { first, scale, last } = parameters;
    expect([...scale!.dataSync()].every((value) => value === 1)).toBe(true);
    for (const [tensor, specified] of [
      [first!, toyModel.parameters.first!],
      [last!, toyModel.parameters.last!],
    ] as const) {
      expect(tensor.shape).toEqual(specified.shape);
      expect(tf.moments(tensor).variance.dataSync()[0]).toBeGreaterThan(0.05);
    }
  });
});

describe("sites", () => {
  const named = (...names: string[]): string[] => resolveSites(toyModel, names).map(({ name }) => name);

  it("are found by name and index, each once, in the order of a forward pass", () => {
    expect(named("scaled", "0", "-1", "hidden")).toEqual(["embeddings", "hidden", "scaled"]);
  });

  it("that the model lacks are answered with those that it has", () => {
    expect(() => named("layers.99.residual")).toThrow(
      'unknown site of toy "layers.99.residual". Known: embeddings, hidden, scaled',
    );
  });
});
