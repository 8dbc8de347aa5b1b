import type { TrainConfig } from "../configuration/config.ts";

/**
 * The learning rate of a step (from 1) of `steps`: a linear rise over the warm-up's share of the steps, then constant,
 * linear or cosine decay to zero.
 */
export function learningRateAt(step: number, steps: number, { learningRate, schedule, warmup }: TrainConfig): number {
  const rising = Math.ceil(warmup * steps);
  if (step <= rising) return (learningRate * step) / rising;
  const done = (step - rising - 1) / Math.max(1, steps - rising);
  switch (schedule) {
    case "constant":
      return learningRate;
    case "linear":
      return learningRate * (1 - done);
    case "cosine":
      return (learningRate * (1 + Math.cos(Math.PI * done))) / 2;
  }
}
