import { UsageError } from "lat-system";

/** The shape of a residual network for small images. */
export interface ResnetConfig {
  /** Channels in each group of blocks; every group after the first halves height and width. */
  readonly widths: readonly number[];
  /** Blocks in each group; a network of g groups has 2·g·blocks + 2 layers with weights. */
  readonly blocks: number;
  readonly classes: number;
  /**
   * How a block's input is added to its output where their shapes differ: every second pixel with zeros for the channels
   * that are new (`pad`, without parameters), or a 1 × 1 convolution with batch norm (`project`).
   */
  readonly shortcut: "pad" | "project";
  /** Of each channel (three colours; one of grey) over the training images, in [0, 1]; the input is normalised by them. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** @throws {UsageError} where no network has this shape */
export function checkResnetConfig({ widths, blocks, classes, shortcut, mean, std }: ResnetConfig): void {
  const demand = (holds: boolean, received: unknown, rule: string) => {
    if (!holds) throw new UsageError(`a ResNet cannot be made: received ${JSON.stringify(received)}, expected ${rule}`);
  };
  const counts = (list: readonly number[]) => list.every((n) => Number.isInteger(n) && n > 0);
  demand(widths.length > 0 && counts(widths), { widths }, "one or more widths, whole numbers above 0");
  demand(counts([blocks, classes]), { blocks, classes }, "whole numbers above 0");
  demand(
    mean.length > 0 && mean.length === std.length && std.every((s) => s > 0),
    { mean, std },
    "a mean and a standard deviation above 0 of each channel",
  );
  const grows = widths.every((width, i) => i === 0 || (width >= widths[i - 1]! && (width - widths[i - 1]!) % 2 === 0));
  demand(shortcut === "project" || grows, { widths, shortcut }, "each width an even number of channels above the last");
}
