import { type BertConfig, bertClassifier, classLikelihood } from "lat-models";
import { hostRandom } from "lat-tensorflow";
import type { Subject } from "../subject.ts";

/** A BERT encoder that classifies the mean over random tokens, all of them real. */
export function bertSubject(batch: number, tokens: number, classes: number, config: BertConfig): Subject {
  const { hidden_size, num_hidden_layers, vocab_size } = config;
  return {
    architecture: "bert",
    shape: { batch, tokens, classes, config },
    title: `BERT, ${batch} × ${tokens} tokens, width ${hidden_size}, ${num_hidden_layers} layers, ${classes} classes`,
    make() {
      const random = hostRandom(0, "bench");
      const shape = [batch, tokens];
      const host = {
        tokens: { shape, data: Int32Array.from({ length: batch * tokens }, (_, i) => random.integer(vocab_size, i)) },
        mask: { shape, data: new Float32Array(batch * tokens).fill(1) },
        labels: { shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => i % classes) },
      };
      return {
        network: {
          model: bertClassifier(config, { classes, pooling: "mean" }),
          likelihood: classLikelihood,
          maskKey: "mask",
        },
        batch: () => host,
      };
    },
  };
}
