import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import type { HeldExamples } from "../examples/example-set.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import { forward } from "../model/run.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { lossMeter } from "./loss-meter.ts";

const parameters = initialize(toyModel, 5);
const examples = toyExamples(21, "meter");

/** One example at a time, operation by operation, in its own length. */
const oneByOne = Array.from({ length: examples.size }, (_, index) =>
  tf.tidy(() => {
    const batch = toTensors(examples.batch([index], examples.lengths![index]!));
    const { logp } = toyNetwork.likelihood(forward(toyModel, parameters, batch), batch, "labels");
    return -tf.mean(logp).dataSync()[0]!;
  }),
);

describe("the loss meter", () => {
  it.each([
    [4, [2, 4]],
    [8, [4]],
    [64, undefined],
  ])(
    "gives the loss of each example in the set's order, whatever batches it makes (%i, %j)",
    async (batchSize, buckets) => {
      const meter = lossMeter(toyNetwork, { batchSize, buckets });
      const losses = await meter.losses(parameters, examples);
      expect(losses).toHaveLength(21);
      losses.forEach((loss, index) => {
        expect(loss).toBeCloseTo(oneByOne[index]!, 5);
      });
      meter.release();
    },
  );

  it("refuses an example of which no position counts, rather than take its loss for 0", async () => {
    const meter = lossMeter(toyNetwork, { batchSize: 8, buckets: [4] });
    const cut: HeldExamples = {
      ...examples,
      batch(indices, length) {
        const batch = examples.batch(indices, length);
        const mask = (batch.mask!.data as Float32Array).map((real, at) =>
          indices[Math.floor(at / length!)] === 13 ? 0 : real,
        );
        return { ...batch, mask: { ...batch.mask!, data: mask } };
      },
    };
    await expect(meter.losses(parameters, cut)).rejects.toThrow(/^example 13 of 21 has no position whose label counts/);
    meter.release();
  });

  it("keeps no tensors", async () => {
    const meter = lossMeter(toyNetwork, { batchSize: 8, buckets: [4] });
    const before = tf.memory().numTensors;
    await meter.losses(parameters, examples);
    await meter.losses(parameters, examples);
    expect(tf.memory().numTensors).toBe(before);
    meter.release();
  });
});
