import type { BertConfig, BertHead } from "lat-models";
import { z } from "zod";
import { columnsSchema } from "./data/given.ts";
import { labelInBoth, labelsSchema } from "./data/labels.ts";

const count = z.number().int().positive();
const share = z.number().min(0.01).max(0.9);

/** What the task's data, network and evaluation depend on. */
export const optionsSchema = z
  .strictObject({
    columns: columnsSchema.prefault({}).describe("Columns of the file given with `--data` and of the held-out ones."),
    harmful: labelsSchema.describe(
      "Labels that mean harmful; null: labels are scores from 0 to 1, harmful from 0.5 on.",
    ),
    benign: labelsSchema.describe("Labels that mean benign, where `harmful` is given; a label in neither is refused."),
    validation: share
      .default(0.15)
      .describe("Share of the texts that is drawn for validation, by group; the rest is for training."),
    test: share.default(0.2).describe("Share of the texts that is drawn for the test."),
    heldout: z
      .record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.string())
      .default({})
      .describe("Files with adversarial texts that people wrote, by the name of the set."),
    seed: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .describe("Of the splits, of the head's first weights and of everything that attacks draw."),
    buckets: z
      .array(count.max(500))
      .min(1)
      .default([32, 64, 96])
      .describe("Padded lengths in tokens, ascending; longer texts are cut at the last."),
    room: count.max(100).default(32).describe("Tokens that an attack may add to a text."),
    attacked: count.default(64).describe("Harmful test texts that are attacked, at most."),
    model: z
      .strictObject({
        vocabulary: count.default(30_522).describe("Tokens that the encoder knows."),
        width: count.default(384).describe("Of the residual stream."),
        layers: count.default(6).describe("Transformer blocks."),
        heads: count.default(12).describe("Attention heads."),
        inner: count.default(1536).describe("Width inside a block's MLP."),
        positions: count.default(512).describe("Longest text in tokens."),
      })
      .prefault({})
      .describe("The shape of the encoder whose weights are loaded: MiniLM-L6."),
  })
  .refine(({ validation, test }) => validation + test < 1, {
    path: ["test"],
    message: "expected validation + test below 1, or nothing is left for training",
  })
  .refine(({ harmful, benign }) => harmful !== null || benign === null, {
    path: ["benign"],
    message: "expected options.harmful beside it; without that, labels are scores",
  })
  .refine((options) => labelInBoth(options) === undefined, {
    path: ["benign"],
    message: "expected labels that are not in options.harmful too",
  });
export type Options = z.infer<typeof optionsSchema>;

/** The encoder's sentences are means over tokens, as it was trained for. */
export const head: BertHead = { classes: 2, pooling: "mean" };

export function bertConfig({ model }: Options): BertConfig {
  return {
    vocab_size: model.vocabulary,
    hidden_size: model.width,
    intermediate_size: model.inner,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    layer_norm_eps: 1e-12,
    max_position_embeddings: model.positions,
    type_vocab_size: 2,
  };
}
