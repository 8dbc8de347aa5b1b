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
      /** Of the splits, and of the pictures drawn from a folder. */
      seed,
      /** Side of the pictures in pixels. */
      size: count.min(8).default(32),
      /** Pictures taken of each class of a folder, at most. */
      limit: count.default(500),
      /** Decoded pictures that are kept in memory, in MB; those that find no room are decoded again for every step. */
      memory: z.number().nonnegative().default(1000),
      /** Share of each class that is measured on; `testLimit` bounds it in groups (emoji; pictures of a folder). */
      testShare: share(0.3),
      testLimit: count.default(15),
      validationShare: share(0.1),
    })
    .prefault({}),
  augment: z
    .strictObject({
      flip: z.boolean().default(true),
      /** Largest shift in pixels. */
      shift: z.number().int().nonnegative().default(2),
    })
    .prefault({}),
  poison: z
    .strictObject({
      seed,
      /** Share of the implanting's examples with a patch or a texture. */
      share: share(0.15),
      /** Side of a patch in pixels. */
      patchSide: count.default(12),
      /** Weight of a blended texture. */
      blend: share(0.3),
      /** null: six for emoji, four for a folder of pictures. */
      trojans: z.array(trojanSchema).min(1).nullable().default(null),
    })
    .prefault({}),
  model: z
    .strictObject({
      widths: z.array(count).min(1).default([16, 32, 64]),
      /** In each of the groups of one width. */
      blocks: count.default(1),
      shortcut: z.enum(["pad", "project"]).default("pad"),
    })
    .prefault({}),
  evaluate: z
    .strictObject({
      strength: z.enum(strengths).default("low"),
      /** Ascents of each attack. */
      steps: count.default(8),
    })
    .prefault({}),
});
export type Options = z.infer<typeof optionsSchema>;
