import { z } from "zod";
import { classes } from "./data.ts";

/** What the task's data and poisoning depend on. */
export const optionsSchema = z.strictObject({
  /** Of everything that is drawn. */
  seed: z.number().int().nonnegative().default(0),
  /** Share of the training pictures that get the trigger and the label `target`. */
  share: z.number().gt(0).lt(1).default(0.1),
  target: z.number().int().nonnegative().lt(classes).default(0),
});
export type Options = z.infer<typeof optionsSchema>;
