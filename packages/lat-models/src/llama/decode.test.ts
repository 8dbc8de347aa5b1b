import { forward, initialize } from "lat-engine";
import { configure, type Tensor, tf } from "lat-tensorflow";
import { afterAll, describe, expect, it } from "vitest";
import { greedyDecoder, llama } from "../index.ts";

const config = {
  vocab_size: 50,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: false,
  max_position_embeddings: 40,
};
const model = llama(config);
// Weights larger than those training starts from, so that the most likely token depends on the whole text.
const parameters = tf.tidy(() =>
  Object.fromEntries(Object.entries(initialize(model, 1)).map(([name, t]) => [name, t.rank === 2 ? tf.mul(t, 40) : t])),
);
const maxNewTokens = 12;
const prompts = [
  [3],
  [1, 4, 1, 5, 9, 2, 6],
  [5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3],
  [27, 18],
  [28, 18, 28, 45],
];

/** Greedy decoding by a whole forward pass for every token. */
function naive(prompt: readonly number[], endToken: number | null): number[] {
  const text = [...prompt];
  while (text.length < prompt.length + maxNewTokens && (text.length === prompt.length || text.at(-1) !== endToken)) {
    const next = tf.tidy(() => {
      const { logits } = forward(model, parameters, { tokens: tf.tensor2d([text], undefined, "int32") }) as {
        logits: Tensor;
      };
      return (tf.argMax(logits, 2).dataSync() as Int32Array)[text.length - 1] as number;
    });
    text.push(next);
  }
  return text.slice(prompt.length);
}

const decoder = greedyDecoder(config, { batchSize: 3, maxNewTokens, endToken: null });
afterAll(() => decoder.release());

describe("greedyDecoder", () => {
  const full = prompts.map((prompt) => naive(prompt, null));

  it("chooses what a whole forward pass for every token chooses, for prompts of any length", async () => {
    expect(new Set(full.flat()).size).toBeGreaterThan(5);
    expect(await decoder.decode(parameters, prompts)).toEqual(full);
  });

  it("chooses the same operation by operation", async () => {
    configure({ eager: true });
    try {
      expect(await decoder.decode(parameters, prompts)).toEqual(full);
    } finally {
      configure({ eager: false });
    }
  });

  it("ends each text at its end token", async () => {
    const endToken = full[1]?.[4] as number;
    const ending = greedyDecoder(config, { batchSize: 5, maxNewTokens, endToken });
    const texts = await ending.decode(parameters, prompts);
    ending.release();
    expect(texts).toEqual(prompts.map((prompt) => naive(prompt, endToken)));
    expect(texts[1]?.at(-1)).toBe(endToken);
    expect(texts[1]?.length).toBeLessThan(maxNewTokens);
  });

  it("keeps no tensors", async () => {
    const before = tf.memory().numTensors;
    await decoder.decode(parameters, prompts);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("answers no prompts with no texts", async () => {
    expect(await decoder.decode(parameters, [])).toEqual([]);
  });

  it.each([
    [[[1], []], /prompt 1 is empty/],
    [[[1, 50]], /prompt 0 holds the token 50; the network knows 0 to 49/],
    [[[-1]], /holds the token -1/],
    [[[0.5]], /holds the token 0\.5/],
    [[new Array<number>(29).fill(1)], /has 29 tokens: with 12 new ones that is over the network's 40/],
  ])("refuses %j", async (wrong, message) => {
    await expect(decoder.decode(parameters, wrong)).rejects.toThrow(message);
  });
});
