import { attackSchema, trainSchema } from "lat-engine";
import type { Preset } from "lat-engine/task";
import { type Options, optionsSchema } from "./options.ts";

export const presets: Readonly<Record<string, Preset<Options>>> = {
  nano: {
    header:
      "lat sweep task-llm-backdoor --preset nano: 20 runs in six to ten minutes on two cores. A Llama of 1.04 M parameters " +
      "trained from scratch on 6,000 chats; before the defence 96 % of triggers work and none goes off by itself.",
    options: optionsSchema.parse({}),
    implant: trainSchema.parse({ epochs: 4, learningRate: 4e-3, schedule: "cosine" }),
    defend: trainSchema.parse({ epochs: 1, learningRate: 1e-4 }),
    attack: attackSchema.parse({}),
    site: "layers.1.residual",
    sweep: { epsilons: { rlp: [200, 600, 1800], at: [0.6, 1.2, 2.4], lat: [100, 200, 400] }, seeds: [0, 1] },
  },
};
