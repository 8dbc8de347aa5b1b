import { attackSchema, trainSchema } from "lat-engine";
import type { Preset } from "lat-engine/task";
import { type Options, optionsSchema } from "./options.ts";

export const presets: Readonly<Record<string, Preset<Options>>> = {
  nano: {
    header: "lat sweep task-digits --preset nano: 12 runs in two minutes; before the defence 99 % of triggers work.",
    options: optionsSchema.parse({}),
    implant: trainSchema.parse({ batchSize: 64, epochs: 6, learningRate: 3e-3, schedule: "cosine" }),
    defend: trainSchema.parse({ batchSize: 64, epochs: 2, learningRate: 3e-4 }),
    attack: attackSchema.parse({ steps: 4 }),
    site: "conv1",
    sweep: { epsilons: { rlp: [4], at: [0.5, 1], lat: [1, 2] }, seeds: [0, 1] },
  },
};
