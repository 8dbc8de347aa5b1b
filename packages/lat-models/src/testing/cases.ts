import type { HostBatch, Model, Network } from "lat-engine";
import { hostRandom } from "lat-tensorflow";
import { bertClassifier, classLikelihood, llama, resnet, tokenLikelihood } from "../index.ts";

const random = hostRandom(0, "conformance");
const [EXAMPLES, TOKENS, VOCABULARY, CLASSES] = [4, 6, 20, 3];

/** Weights large enough at the start that every part of a transformer counts. */
const started = (model: Model): Model => ({
  ...model,
  parameters: Object.fromEntries(
    Object.entries(model.parameters).map(([name, spec]) => [
      name,
      typeof spec.initial === "object" ? { ...spec, initial: { normal: 0.3 } } : spec,
    ]),
  ),
});

const integers = (shape: readonly number[], below: number): HostBatch[string] => ({
  shape,
  data: random.integers(
    below,
    shape.reduce((size, side) => size * side, 1),
  ),
});

/** The last example has half of its tokens padded. */
const mask = {
  shape: [EXAMPLES, TOKENS],
  data: Float32Array.from({ length: EXAMPLES * TOKENS }, (_, i) => Number(i < (EXAMPLES - 0.5) * TOKENS)),
};
const tokens = integers([EXAMPLES, TOKENS], VOCABULARY);
const labels = integers([EXAMPLES], CLASSES);
const pixels = {
  shape: [EXAMPLES, 8, 8, 3],
  data: Float32Array.from({ length: EXAMPLES * 8 * 8 * 3 }, (_, i) => random.uniform(i)),
};

/** A small network of each architecture and a batch for it: what the conformance suite is run on. */
export const cases: Readonly<Record<string, { readonly network: Network; readonly batch: HostBatch }>> = {
  llama: {
    network: {
      model: started(
        llama({
          vocab_size: VOCABULARY,
          hidden_size: 8,
          intermediate_size: 12,
          num_hidden_layers: 2,
          num_attention_heads: 4,
          num_key_value_heads: 2,
          rms_norm_eps: 1e-5,
          rope_theta: 10_000,
          tie_word_embeddings: true,
          max_position_embeddings: 16,
        }),
      ),
      likelihood: tokenLikelihood,
      maskKey: "mask",
    },
    batch: { tokens, labels: integers([EXAMPLES, TOKENS], VOCABULARY), mask, weights: mask },
  },
  bert: {
    network: {
      model: started(
        bertClassifier(
          {
            vocab_size: VOCABULARY,
            hidden_size: 8,
            intermediate_size: 12,
            num_hidden_layers: 2,
            num_attention_heads: 2,
            layer_norm_eps: 1e-12,
            max_position_embeddings: 16,
            type_vocab_size: 2,
          },
          { classes: CLASSES, pooling: "mean" },
        ),
      ),
      likelihood: classLikelihood,
      maskKey: "mask",
    },
    batch: { tokens, labels, mask },
  },
  resnet: {
    network: {
      model: resnet({
        widths: [4, 8],
        blocks: 1,
        shortcut: "project",
        classes: CLASSES,
        mean: [0.5, 0.5, 0.5],
        std: [0.3, 0.3, 0.3],
      }),
      likelihood: classLikelihood,
    },
    batch: { pixels, labels },
  },
};
