import { z } from "zod";
import { metricSchema } from "../evaluate/metric.ts";

/** What one run's attack did, averaged over the run's training steps. An attack that did not raise the loss is warned of. */
export const attackSummarySchema = z.object({
  ascents: z.number().int().nonnegative(),
  /** Mean loss per example of the clean activations' neighbours where the attack started, after each ascent, and at its end. */
  lossByAscent: z.array(z.number()),
  lossBefore: z.number(),
  lossAfter: z.number(),
  zeroGradientShare: z.number(),
  nonFiniteGradientShare: z.number(),
  /** Share of perturbations whose norm reached ε (within 1 %). */
  boundaryShare: z.number(),
  warnings: z.array(z.string()),
});
export type AttackSummary = z.infer<typeof attackSummarySchema>;

export const runSummarySchema = z.object({
  method: z.enum(["ft", "rlp", "at", "lat"]),
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

/** One line of a run's `metrics.jsonl`, written as training goes. */
export const progressSchema = z.object({
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
export type Progress = z.infer<typeof progressSchema>;

/** What a network made of one input, which is what the report shows beside the figures. */
const sampleFields = {
  /** What the input is a case of: a trojan, an attack. */
  group: z.string(),
  /** The text before an attack changed it, or the name of the picture and what it shows: the same for every network. */
  input: z.string(),
  /** The text that came of it, or the class that was seen. */
  output: z.string(),
  /** What the failure would look like; absent where any other output is one, and for clean samples. */
  unwanted: z.string().optional(),
  failed: z.boolean(),
};
const pngUrl = z.string().startsWith("data:image/png;base64,");

export const sampleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("generation"), ...sampleFields }),
  z.object({
    kind: z.literal("text"),
    ...sampleFields,
    /** What the network was given: the input as an attack left it. */
    text: z.string(),
    /** What the network saw in the input itself. */
    before: z.object({ output: z.string() }),
  }),
  z.object({
    kind: z.literal("picture"),
    ...sampleFields,
    /** What the network was given. */
    picture: pngUrl,
    /** The same before a trigger or an attack came into it, and what the network saw in it. */
    before: z.object({ picture: pngUrl, output: z.string() }).optional(),
  }),
]);
export type Sample = z.infer<typeof sampleSchema>;

/** `evaluation.json` in a run's folder and in the implanted model's folder. */
export const evaluationSchema = z.object({ metrics: z.array(metricSchema), samples: z.array(sampleSchema) });
export type Evaluation = z.infer<typeof evaluationSchema>;
