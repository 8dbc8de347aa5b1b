import { z } from "zod";

/** One measured figure with what it takes to trust it: how many cases, and an interval. */
export const metricSchema = z.object({
  /** `attack-success-rate/alpha`: what is measured, then the attack or set it is measured on. */
  name: z.string().min(1),
  value: z.number(),
  /** The denominator: how many cases the value is a mean or a share of. */
  n: z.number().int().positive(),
  /** 95 % interval. */
  interval: z.tuple([z.number(), z.number()]),
  /** `clean`: performance the defence must keep. `unforeseen`: a failure held out from the defence. */
  axis: z.enum(["clean", "unforeseen"]),
  better: z.enum(["higher", "lower"]),
});
export type Metric = z.infer<typeof metricSchema>;
