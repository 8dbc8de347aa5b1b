import { z } from "zod";

/** One line of a run's `metrics.jsonl`, written as training goes. */
export const stepRecordSchema = z.object({
  step: z.number().int(),
  loss: z.number(),
  gradientNorm: z.number(),
  learningRate: z.number(),
  /** Mean over the validation examples of the network after this step; absent where it was not validated. */
  validationLoss: z.number().optional(),
  /** Mean attack loss per example after 0, 1, … T ascents at this step; absent without an attack. */
  attackLosses: z.array(z.number()).optional(),
  /** Shares of zero gradients, of gradients that are not finite, and of δ on the boundary; absent without ascents. */
  attackShares: z.tuple([z.number(), z.number(), z.number()]).optional(),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;
