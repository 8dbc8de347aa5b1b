import type { HeldExamples } from "./example-set.ts";

/** One input of a fixed shape and its class. */
export interface Labelled {
  /** Tells it from all others: what a split is stated in. */
  readonly name: string;
  readonly values: Float32Array;
  readonly label: number;
}

/**
 * Examples of inputs of one shape with a class each. A batch holds `key` [example, ...shape] and `labels` [example].
 *
 * @param shape of one input, whose product is the length of its `values`
 */
export function labelledExamples(inputs: readonly Labelled[], key: string, shape: readonly number[]): HeldExamples {
  const length = shape.reduce((product, side) => product * side, 1);
  return {
    size: inputs.length,
    batch(indices) {
      const data = new Float32Array(indices.length * length);
      for (const [row, index] of indices.entries()) data.set(inputs[index]!.values, row * length);
      return {
        [key]: { shape: [indices.length, ...shape], data },
        labels: { shape: [indices.length], data: Int32Array.from(indices, (index) => inputs[index]!.label) },
      };
    },
  };
}
