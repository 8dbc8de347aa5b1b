import { type LlamaConfig, llama, tokenLikelihood } from "lat-models";
import { hostRandom } from "lat-tensorflow";
import type { Subject } from "../subject.ts";

/** A Llama on random tokens, all of them real. */
export function llamaSubject(batch: number, tokens: number, config: LlamaConfig): Subject {
  const { hidden_size, num_hidden_layers, vocab_size } = config;
  return {
    architecture: "llama",
    shape: { batch, tokens, config },
    title: `Llama, ${batch} × ${tokens} tokens, width ${hidden_size}, ${num_hidden_layers} layers, vocabulary ${vocab_size}`,
    make() {
      const shape = [batch, tokens];
      const random = hostRandom(0, "bench");
      const draw = (offset: number) =>
        Int32Array.from({ length: batch * tokens }, (_, i) => random.integer(vocab_size, offset + i));
      const ones = new Float32Array(batch * tokens).fill(1);
      const host = {
        tokens: { shape, data: draw(0) },
        labels: { shape, data: draw(batch * tokens) },
        mask: { shape, data: ones },
        weights: { shape, data: ones },
      };
      return {
        network: { model: llama(config), likelihood: tokenLikelihood, maskKey: "mask" },
        batch: () => host,
      };
    },
  };
}
