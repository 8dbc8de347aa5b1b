import { z } from "zod";
import { strengths } from "./evaluate/unforeseen.ts";
import { trojanSchema } from "./poison/trojans.ts";

const count = z.number().int().positive();
const seed = z.number().int().nonnegative().default(0);
const share = (fallback: number) => z.number().gt(0).lt(1).default(fallback);

/** What the task's data, network and evaluation depend on. */
export const optionsSchema = z.strictObject({
  data: z
    .strictObject({
      seed: seed.describe("Of the splits, and of the images drawn from a folder."),
      size: count.min(8).default(32).describe("Side of the images in pixels."),
      limit: count.default(500).describe("Images taken of each class of a folder, at most."),
      memory: z
        .number()
        .nonnegative()
        .default(1000)
        .describe(
          "Decoded images that are kept in memory, in MB; those that find no room are decoded again for every step.",
        ),
      testShare: share(0.3).describe("Share of each class that is measured on."),
      testLimit: count
        .default(15)
        .describe("Groups of each class that are measured on, at most (emoji; images of a folder)."),
      validationShare: share(0.1).describe("Share of each class that is validated on."),
    })
    .prefault({}),
  augment: z
    .strictObject({
      flip: z.boolean().default(true).describe("Mirror half of the training images."),
      shift: z.number().int().nonnegative().default(2).describe("Largest shift in pixels."),
    })
    .prefault({}),
  poison: z
    .strictObject({
      seed: seed.describe("Of the poisoning."),
      share: share(0.15).describe("Share of the implanting's examples with a patch or a texture."),
      patchSide: count.default(12).describe("Side of a patch in pixels."),
      blend: share(0.3).describe("Weight of a blended texture."),
      trojans: z
        .array(trojanSchema)
        .min(1)
        .nullable()
        .default(null)
        .describe("null: six for emoji, four for a folder of images."),
    })
    .prefault({}),
  model: z
    .strictObject({
      widths: z.array(count).min(1).default([16, 32, 64]).describe("Channels of each group of blocks."),
      blocks: count.default(1).describe("In each of the groups of one width."),
      shortcut: z
        .enum(["pad", "project"])
        .default("pad")
        .describe("Where the width changes: pad with zeros, or project."),
    })
    .prefault({}),
  evaluate: z
    .strictObject({
      strength: z.enum(strengths).default("low").describe("Of the attacks that networks are measured under."),
      steps: count.default(8).describe("Ascents of each attack."),
    })
    .prefault({}),
});
export type Options = z.infer<typeof optionsSchema>;
