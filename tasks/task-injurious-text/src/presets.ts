import { attackSchema, type Preset, trainSchema } from "lat-engine";
import { type Options, optionsSchema } from "./options.ts";

export const presets: Readonly<Record<string, Preset<Options>>> = {
  nano: {
    header: "MiniLM (22 M parameters) fine-tuned on human-scored responses of chatbots.",
    options: optionsSchema.parse({ seed: 2 }),
    defend: trainSchema.parse({ epochs: 3, learningRate: 5e-5, schedule: "linear", warmup: 0.1, weightDecay: 0.01 }),
    attack: attackSchema.parse({ steps: 3 }),
    site: "layers.2.residual",
    sweep: { epsilons: { rlp: [8], at: [1, 4], lat: [1, 4] }, seeds: [0, 1] },
  },
};
