import { z } from "zod";
import { metricSchema } from "./metric.ts";

/** What a network made of one input, which is what the report shows beside the figures. */
const sampleFields = {
  /** What the input is a case of: a trojan, an attack. */
  group: z.string(),
  /** The text before an attack changed it, or the name of the image and what it shows: the same for every network. */
  input: z.string(),
  /** The text that came of it, or the class that was seen. */
  output: z.string(),
  /** What the failure would look like; absent where any other output is one, and for clean samples. */
  unwanted: z.string().optional(),
  failed: z.boolean(),
};
const pngUrl = z.string().startsWith("data:image/png;base64,");

const sampleSchema = z.discriminatedUnion("kind", [
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
    kind: z.literal("image"),
    ...sampleFields,
    /** What the network was given. */
    image: pngUrl,
    /** The same before a trigger or an attack came into it, and what the network saw in it. */
    before: z.object({ image: pngUrl, output: z.string() }).optional(),
  }),
]);
export type Sample = z.infer<typeof sampleSchema>;

/** `evaluation.json` in a run's folder and in the implanted model's folder. */
export const evaluationSchema = z.object({ metrics: z.array(metricSchema), samples: z.array(sampleSchema) });
export type Evaluation = z.infer<typeof evaluationSchema>;
