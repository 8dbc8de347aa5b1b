import { z } from "zod";
import { attackSummarySchema } from "../attack/diagnostics.ts";
import { methodNames } from "../configuration/config.ts";
import { metricSchema } from "../evaluate/metric.ts";

export const runSummarySchema = z.object({
  method: z.enum(methodNames),
  /** Bound of the perturbation's norm; null for ft. */
  epsilon: z.number().nullable(),
  /**
   * ε divided by the mean norm (same norm, same scope) of the implanted model's activations at the site; null for ft, and
   * where these are all zero or could not be measured.
   */
  relativeEpsilon: z.number().nullable(),
  /** Site names joined by `+`; null for ft. */
  site: z.string().nullable(),
  seed: z.number().int(),
  status: z.enum(["complete", "failed", "diverged", "interrupted"]),
  /** Why, when the status is not `complete`. */
  error: z.string().optional(),
  /** Of the process that ended it: what a resumed run took before is not counted. */
  wallSeconds: z.number(),
  /** The part of `wallSeconds` that the defence's training took. */
  trainSeconds: z.number(),
  checkpointSha256: z.string().nullable(),
  metrics: z.array(metricSchema),
  attack: attackSummarySchema.nullable(),
  /** The run's folder, relative to the summary. */
  folder: z.string(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** `summary.json` of a sweep. Other programs read it: change its shape only with a new `schema` number. */
export const summarySchema = z.object({
  schema: z.literal(1),
  task: z.string(),
  preset: z.string(),
  implanted: z.object({ metrics: z.array(metricSchema), folder: z.string(), wallSeconds: z.number() }),
  runs: z.array(runSummarySchema),
});
export type Summary = z.infer<typeof summarySchema>;
