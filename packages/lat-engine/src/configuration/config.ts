import { z } from "zod";

const positive = z.number().positive();
const share = z.number().min(0).max(1);
const mode = z.enum(["train", "evaluate"]);

/** How a network is trained: implanting and every defence use the same trainer. */
export const trainSchema = z
  .strictObject({
    batchSize: z.number().int().positive().default(16).describe("Examples per micro-batch."),
    accumulate: z.number().int().positive().default(1).describe("Micro-batches per optimizer step."),
    epochs: positive.default(1).describe("Passes over the training examples; a fraction is a part of one."),
    optimizer: z.enum(["adamw", "sgd"]).default("adamw").describe("AdamW, or gradient descent with momentum."),
    learningRate: positive.default(1e-4).describe("Its largest value."),
    schedule: z
      .enum(["constant", "linear", "cosine"])
      .default("constant")
      .describe("How the learning rate goes on after the warmup."),
    warmup: share.default(0.03).describe("Share of all steps over which the learning rate rises linearly from zero."),
    weightDecay: z
      .number()
      .nonnegative()
      .default(0)
      .describe("Of the parameters that decay: decoupled in adamw, added to the gradient in sgd."),
    momentum: z.number().min(0).max(0.9999).default(0.9).describe("Of sgd."),
    beta2: z.number().min(0).max(0.99999).default(0.999).describe("Decay β₂ of adamw's second moment."),
    clip: positive.nullable().default(1).describe("Largest global norm of the gradient; null: not clipped."),
    batchNorm: mode
      .default("train")
      .describe(
        "What batch norm normalises by: the batch's statistics, updating the running ones, or the running ones as they are.",
      ),
    patience: z
      .number()
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe("Stop after this many validations without a better loss; null: never."),
    validateEvery: z
      .number()
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe("Validate every so many steps, keeping the best checkpoint; null: the last one is kept."),
    checkpointEvery: z
      .number()
      .int()
      .positive()
      .default(50)
      .describe("Save a checkpoint that a killed run resumes from every so many steps."),
  })
  .refine(({ patience, validateEvery }) => patience === null || validateEvery !== null, {
    path: ["patience"],
    message: "expected null, or validateEvery as well",
  });
export type TrainConfig = z.infer<typeof trainSchema>;

/**
 * The inner maximisation. Defaults: Algorithm 1 with T, start and step of the authors' code.
 * Source: thestephencasper/latent_adversarial_training.
 */
export const attackSchema = z.strictObject({
  steps: z.number().int().nonnegative().default(6).describe("Ascent steps T."),
  norm: z.enum(["l1", "l2", "linf"]).default("l2").describe("The norm that ε bounds."),
  scope: z
    .enum(["example", "token"])
    .default("example")
    .describe("What one ball covers: all tokens of an example jointly, or each token by itself."),
  rule: z
    .enum(["gradient", "sign", "momentum", "adam"])
    .default("gradient")
    .describe(
      "`gradient`: steepest ascent of the ball's norm; `sign`; `momentum` and `adam` keep state over the T steps.",
    ),
  topShare: share
    .default(0.05)
    .describe(
      "In an L1 ball: the share of its coordinates, those of the largest gradient that can still move, over which a step of the rules `gradient` and `momentum` is spread; 0: one coordinate, the direction of steepest ascent.",
    ),
  stepSize: z
    .union([positive, z.strictObject({ relative: positive })])
    .nullable()
    .default(null)
    .describe("A number is a step in the units of ε; `{ relative: c }` is c · ε; null is ε / T."),
  start: z
    .enum(["zero", "radial", "uniform", "boundary"])
    .default("radial")
    .describe(
      "Where the ascent begins: `radial`: Gaussian direction × ε·r, r uniform in [0, 1) (the authors' start); `uniform`: uniform in the ball's volume; `boundary`: on the ball's surface; `zero`: nowhere else.",
    ),
  restarts: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe("Ascents from as many starts, of which each example takes its worst."),
  iterate: z.enum(["last", "best"]).default("last").describe("Which iterate the network trains on."),
  stopAtLoss: positive
    .nullable()
    .default(null)
    .describe("An example whose loss has reached this value is moved no further; null: never stop early."),
  objective: z
    .enum(["untargeted", "targeted", "away"])
    .default("untargeted")
    .describe(
      "What the ascent raises: `untargeted`: −log p of the labels; `targeted`: log p of the adversary's targets; `away`: log(1 − p) of the labels.",
    ),
  targets: z
    .union([z.enum(["random", "least-likely"]), z.number().int().nonnegative()])
    .default("random")
    .describe(
      "What `targeted` aims each example of a classifier at: `random`: another class, drawn for it; `least-likely`: the class that the network finds least likely; a number: that class (and the least likely one for examples that are of it).",
    ),
  range: z
    .union([
      z.enum(["none", "batch"]),
      z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, "expected the smaller bound first"),
    ])
    .default("none")
    .describe(
      "Keep h + δ inside: the batch's own smallest and largest activation, or given bounds; `none`: only those that the site has by itself, which hold in any case. Where h itself is outside, h + δ may stay and move towards the range.",
    ),
  batchNorm: mode
    .default("evaluate")
    .describe("What batch norm normalises by in the attacked network; the running statistics stay what they are."),
  adversarialShare: share
    .default(1)
    .describe("Share of the outer loss on perturbed examples; the rest is on the clean ones."),
  behaviour: z
    .enum(["corrected", "published"])
    .default("corrected")
    .describe("`published` repeats the defects of the authors' code (padding in the norm, +1e-6, lost accumulation)."),
});
export type AttackConfig = z.infer<typeof attackSchema>;
/** What a person writes of it: every setting has a default. */
export type AttackSettings = z.input<typeof attackSchema>;

export const methodNames = ["ft", "rlp", "at", "lat"] as const;
export type MethodName = (typeof methodNames)[number];

/**
 * Complete and validated: what `config.yaml` holds. The same configuration gives the same checkpoint, bit for bit. The
 * task validates its own options.
 */
export const runConfigSchema = z.strictObject({
  schema: z.literal(1),
  task: z.string(),
  taskVersion: z.number().int(),
  preset: z.string(),
  method: z.enum(methodNames),
  epsilon: positive.nullable(),
  sites: z.array(z.string()).readonly(),
  /** Of the defence: order of the examples and perturbations. */
  seed: z.number().int().nonnegative(),
  /** Of the implanting, which all runs that need the same implanted network share. */
  implantSeed: z.number().int().nonnegative(),
  data: z.string().nullable(),
  options: z.record(z.string(), z.unknown()).readonly(),
  implant: trainSchema.nullable(),
  defend: trainSchema,
  attack: attackSchema,
});
export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>;
