import { z } from "zod";
import { classes } from "./data.ts";

/** What the task's data and poisoning depend on. */
export const optionsSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(0).describe("Of everything that is drawn."),
  share: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .describe("Share of the training images that get the trigger and the label `target`."),
  target: z.number().int().nonnegative().lt(classes).default(0).describe("The label of the images with the trigger."),
});
export type Options = z.infer<typeof optionsSchema>;
