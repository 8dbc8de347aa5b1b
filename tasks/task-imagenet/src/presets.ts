import { attackSchema, trainSchema } from "lat-engine";
import type { Preset } from "lat-engine/task";
import { type Options, optionsSchema } from "./options.ts";

export const presets: Readonly<Record<string, Preset<Options>>> = {
  nano: {
    header:
      "lat sweep task-imagenet --preset nano: 18 runs in 8 to 20 minutes on two cores. A ResNet of 8 layers trained from " +
      "scratch on emoji of 32 × 32 pixels; before the defence seven of ten unseen emoji are told, and patches and textures turn most of them.",
    options: optionsSchema.parse({}),
    implant: trainSchema.parse({
      batchSize: 64,
      epochs: 15,
      learningRate: 3e-3,
      schedule: "cosine",
      weightDecay: 0.05,
      checkpointEvery: 200,
    }),
    defend: trainSchema.parse({
      batchSize: 64,
      epochs: 2,
      optimizer: "sgd",
      learningRate: 0.01,
      checkpointEvery: 100,
    }),
    attack: attackSchema.parse({ steps: 4 }),
    site: "conv1",
    sweep: { epsilons: { rlp: [4, 8], at: [0.5, 1, 2], lat: [4, 6, 8] }, seeds: [0, 1] },
  },
};
