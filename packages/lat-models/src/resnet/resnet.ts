import type { Mode, Model, ParameterSpec, Stage, Tensors } from "lat-engine";
import { relu, subsample, type Tensor, tf } from "lat-tensorflow";
import { linear } from "../linear.ts";
import { checkResnetConfig, type ResnetConfig } from "./config.ts";
import { convolve, layerSpecs } from "./layer.ts";

/** Names, widths and stride of a block. */
interface Block {
  readonly name: string;
  readonly from: number;
  readonly width: number;
  readonly stride: number;
}

const stem = { conv: "conv1", norm: "bn1" };

/**
 * A residual network for small images: a 3 × 3 convolution, groups of blocks of two 3 × 3 convolutions, the mean over
 * all positions, a linear classifier. Source: He et al., "Deep Residual Learning" (CVPR 2016), section 4.2.
 *
 * The first state holds `pixels` [examples, height, width, channels] in [0, 1]; the last one holds `logits` [examples,
 * classes] instead. Other entries of a batch pass through.
 *
 * Sites: `input` (the pixels), `conv1` (after the first convolution, its batch norm and rectifier) and for each block
 * `blocks.N`, its output.
 *
 * Parameters have the names of PyTorch implementations (`layer1.0.conv1.weight`), and filters the layout
 * [height, width, in, out].
 */
export function resnet(config: ResnetConfig): Model {
  checkResnetConfig(config);
  const blocks = blocksOf(config);
  const site = (name: string, stage: number, key: string) => ({ name, stage, key, tokens: false });
  return {
    name: "resnet",
    parameters: parameterSpecs(config, blocks),
    stages: [stemStage(config), ...blocks.map((block) => blockStage(config, block)), headStage],
    sites: [
      { ...site("input", 0, "pixels"), range: [0, 1] },
      site("conv1", 1, "h"),
      ...blocks.map((_, index) => site(`blocks.${index}`, index + 2, "h")),
    ],
    inputSite: "input",
    xla: false,
  };
}

function blocksOf({ widths, blocks }: ResnetConfig): Block[] {
  return widths.flatMap((width, group) =>
    Array.from({ length: blocks }, (_, index) => ({
      name: `layer${group + 1}.${index}`,
      from: index === 0 ? widths[Math.max(0, group - 1)]! : width,
      width,
      stride: index === 0 && group > 0 ? 2 : 1,
    })),
  );
}

function stemStage({ mean, std }: ResnetConfig): Stage {
  return {
    name: "stem",
    run(parameters, { pixels, ...rest }, mode) {
      const normalized = tf.div(tf.sub(pixels!, tf.tensor1d([...mean])), tf.tensor1d([...std]));
      const { y, statistics } = convolve(parameters, stem, normalized, { stride: 1, padding: 1 }, mode);
      return { ...rest, ...statistics, h: relu(y) };
    },
  };
}

function blockStage(config: ResnetConfig, block: Block): Stage {
  const { name, stride } = block;
  return {
    name,
    run(parameters, { h, ...rest }, mode) {
      const first = convolve(parameters, namesOf(block, 1), h!, { stride, padding: 1 }, mode);
      const second = convolve(parameters, namesOf(block, 2), relu(first.y), { stride: 1, padding: 1 }, mode);
      const around = shortcut(config, block, parameters, h!, mode);
      return {
        ...rest,
        ...first.statistics,
        ...second.statistics,
        ...around.statistics,
        h: relu(tf.add(second.y, around.y)),
      };
    },
  };
}

/** The block's input in the shape of its output. */
function shortcut(
  config: ResnetConfig,
  block: Block,
  parameters: Tensors,
  h: Tensor,
  mode: Mode,
): { y: Tensor; statistics: Tensors } {
  const { from, width, stride } = block;
  if (!changesShape(block)) return { y: h, statistics: {} };
  if (config.shortcut === "project") {
    return convolve(parameters, projectionOf(block), h, { stride, padding: 0 }, mode);
  }
  const around: [number, number] = [(width - from) / 2, (width - from) / 2];
  return { y: tf.pad(subsample(h, stride), [[0, 0], [0, 0], [0, 0], around]), statistics: {} }; // biome-ignore format: one list
}

const headStage: Stage = {
  name: "head",
  run(parameters, { h, ...rest }) {
    const pooled = tf.mean(h!, [1, 2]);
    return { ...rest, logits: linear(pooled, parameters["linear.weight"]!, parameters["linear.bias"]!) };
  },
};

function parameterSpecs(config: ResnetConfig, blocks: readonly Block[]): Record<string, ParameterSpec> {
  const { widths, classes, mean } = config;
  const width = widths.at(-1)!;
  return Object.assign(
    layerSpecs(stem, 3, mean.length, widths[0]!),
    ...blocks.flatMap((block) => [
      layerSpecs(namesOf(block, 1), 3, block.from, block.width),
      layerSpecs(namesOf(block, 2), 3, block.width, block.width),
      ...(config.shortcut === "project" && changesShape(block)
        ? [layerSpecs(projectionOf(block), 1, block.from, block.width)]
        : []),
    ]),
    {
      "linear.weight": { shape: [classes, width], initial: { normal: Math.sqrt(1 / width) }, decay: true },
      "linear.bias": { shape: [classes], initial: "zeros", decay: false },
    } satisfies Record<string, ParameterSpec>,
  );
}

function changesShape({ from, width, stride }: Block): boolean {
  return from !== width || stride > 1;
}

function namesOf({ name }: Block, layer: 1 | 2) {
  return { conv: `${name}.conv${layer}`, norm: `${name}.bn${layer}` };
}

function projectionOf({ name }: Block) {
  return { conv: `${name}.shortcut.0`, norm: `${name}.shortcut.1` };
}
