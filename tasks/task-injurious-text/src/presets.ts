import { attackSchema, trainSchema } from "lat-engine";
import type { Preset } from "lat-engine/task";
import { type Options, optionsSchema } from "./options.ts";

/** 570 texts in batches of 16. */
const STEPS_PER_EPOCH = 35;

/**
 * Every method trains for two epochs and keeps the network after the one with the lowest validation loss, so that the
 * number of epochs is chosen for each method, where an attack slows training down as well.
 */
export const presets: Readonly<Record<string, Preset<Options>>> = {
  nano: {
    header:
      "lat sweep task-injurious-text --preset nano: 14 runs in 13 to 30 minutes on two cores. MiniLM (22 M parameters) " +
      "fine-tuned on 570 human-scored responses of chatbots. Without a defence: AUROC 0.84; where 10 % of benign texts " +
      "are flagged, 23 % of harmful ones are missed, and 61 % with a distracting context in front of them.",
    options: optionsSchema.parse({ seed: 2 }),
    defend: trainSchema.parse({
      epochs: 2,
      learningRate: 1e-4,
      schedule: "linear",
      warmup: 0.1,
      weightDecay: 0.01,
      validateEvery: STEPS_PER_EPOCH,
    }),
    attack: attackSchema.parse({ steps: 3 }),
    site: "layers.2.residual",
    sweep: { epsilons: { rlp: [5, 20], at: [0.2, 0.5], lat: [0.2, 0.5] }, seeds: [0, 1] },
  },
};
