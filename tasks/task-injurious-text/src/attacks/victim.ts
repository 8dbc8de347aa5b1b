import { setImmediate } from "node:timers/promises";
import type { State, Tensors } from "lat-engine";
import { bucketOf, chunks, forward, type Model, prefix, resolveSites, suffix, toTensors } from "lat-engine";
import { LatError } from "lat-system";
import { compile, disposeAll, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { textExamples } from "../data/examples.ts";
import type { Encoding } from "../data/tokenizer.ts";

/** Texts in one pass: the last batch is filled up with repeats, which do not count. */
const BATCH = 16;

/**
 * What may be asked of a network, which lets other work run between batches. All answers are about the log-odds that a
 * text is harmful: log p/(1 − p).
 */
export interface Victim {
  /** @throws LatError naming a text whose log-odds are not finite */
  logOdds(encodings: readonly Encoding[]): Promise<Float64Array>;
  /**
   * First-order estimates, from one gradient for each text, of the change of its log-odds when one token is replaced.
   *
   * @param candidates for each text rows of tokens, as many as the text has: what each could be replaced by
   * @returns for each text as many rows: the change by each replacement
   */
  substitutions(
    encodings: readonly Encoding[],
    candidates: readonly (readonly Int32Array[])[],
  ): Promise<Float32Array[][]>;
  /**
   * The same for the places behind `[CLS]`, on average over texts.
   *
   * @returns for each place the estimate for every word; only differences between words of one place mean something
   */
  fillings(encodings: readonly Encoding[], words: Int32Array, places: number): Promise<Float32Array[]>;
}

/** Makes victims of networks that differ in their parameters; the functions are compiled once for all of them. */
export function victims(model: Model, padId: number, buckets: readonly number[]): (parameters: Tensors) => Victim {
  const { score, substitute, fill } = compiledQueries(model);

  /** The texts by length, in batches. */
  async function* batches(encodings: readonly Encoding[]) {
    const examples = textExamples(encodings, [], padId);
    const order = encodings.map((_, i) => i).sort((a, b) => examples.lengths[a]! - examples.lengths[b]!);
    for (const indices of chunks(order, BATCH)) {
      const filled = Array.from({ length: BATCH }, (_, i) => indices[i % indices.length]!);
      const length = bucketOf(Math.max(...indices.map((i) => examples.lengths[i]!)), buckets);
      yield { indices, filled, length, batch: toTensors(examples.batch(filled, length)) };
      await setImmediate();
    }
  }

  return (parameters) => ({
    async logOdds(encodings) {
      const result = new Float64Array(encodings.length);
      for await (const { indices, batch } of batches(encodings)) {
        const scores = score(parameters, batch);
        const values = scores.dataSync();
        for (const [row, index] of indices.entries()) result[index] = values[row]!;
        disposeAll(batch, scores);
      }
      // A comparison with NaN is false: the text would count as benign, and every attack on it as failed.
      const spoiled = result.findIndex((odds) => !Number.isFinite(odds));
      if (spoiled !== -1) {
        throw new LatError(
          `the network's log-odds of text ${spoiled} of ${result.length} are ${result[spoiled]}: its outputs overflow or are NaN`,
        );
      }
      return result;
    },
    async substitutions(encodings, candidates) {
      const result: Float32Array[][] = encodings.map(() => []);
      const rows = Math.max(...candidates.map((each) => each.length));
      for await (const { indices, filled, length, batch } of batches(encodings)) {
        const tokens = Array.from({ length: rows }, (_, row) => {
          const replaced = new Int32Array(BATCH * length).fill(padId);
          for (const [i, index] of filled.entries()) replaced.set(candidates[index]![row] ?? [], i * length);
          return tf.tensor2d(replaced, [BATCH, length], "int32");
        });
        const changes = substitute(parameters, batch, tokens);
        const values = changes.map((change) => change.dataSync() as Float32Array);
        for (const [i, index] of indices.entries()) {
          const [start, end] = [i * length, i * length + encodings[index]!.ids.length];
          result[index] = candidates[index]!.map((_, row) => values[row]!.slice(start, end));
        }
        disposeAll(batch, tokens, changes);
      }
      return result;
    },
    async fillings(encodings, words, places) {
      const repeated = Int32Array.from(
        { length: words.length * (places + 1) },
        (_, i) => words[Math.floor(i / (places + 1))]!,
      );
      const shape = [words.length, places + 1] as const;
      const candidates = { tokens: tf.tensor2d(repeated, [...shape], "int32"), mask: tf.ones([...shape]) };
      const sums = Array.from({ length: places }, () => new Float32Array(words.length));
      for await (const { batch, indices } of batches(encodings)) {
        const share = Float32Array.from({ length: BATCH }, (_, row) => Number(row < indices.length) / encodings.length);
        const shares = tf.tensor1d(share);
        const estimates = fill(parameters, batch, shares, candidates);
        const values = estimates.dataSync();
        for (const [place, sum] of sums.entries()) {
          for (let word = 0; word < words.length; word++) sum[word]! += values[place * words.length + word]!;
        }
        disposeAll(batch, shares, estimates);
      }
      disposeAll(candidates);
      return sums;
    },
  });
}

function compiledQueries(model: Model) {
  const site = resolveSites(model, [model.inputSite])[0]!;
  const embeddings = (parameters: Tensors, batch: State): Tensor => prefix(model, parameters, batch, site)[site.key]!;
  const logOdds = ({ logits }: State): Tensor => tf.sum(tf.mul(logits!, tf.tensor1d([-1, 1])), 1);
  /** Of each text's log-odds with respect to its embeddings: [text, token, width]. */
  const slope = (parameters: Tensors, batch: State): Tensor => {
    const state = prefix(model, parameters, batch, site);
    const delta = tf.zerosLike(state[site.key]!);
    const value = () => logOdds(suffix(model, parameters, state, site, { [site.name]: delta }));
    return valueAndGradients(value, { delta }).gradients.delta;
  };
  const options = { xla: model.xla };
  return {
    score: compile((parameters: Tensors, batch: State) => logOdds(forward(model, parameters, batch)), {
      name: "log-odds",
      ...options,
    }),
    /** For each array of tokens [text, token]: the change by each token, [text, token]. */
    substitute: compile(
      (parameters: Tensors, batch: State, candidates: Tensor[]) => {
        const gradient = slope(parameters, batch);
        const here = embeddings(parameters, batch);
        return candidates.map((tokens) =>
          tf.sum(tf.mul(gradient, tf.sub(embeddings(parameters, { ...batch, tokens }), here)), 2),
        );
      },
      { name: "substitutions", ...options },
    ),
    /** `shares` [text] weighs the texts; `words.tokens` is [word, 1 + place] → [place, word]. */
    fill: compile(
      (parameters: Tensors, batch: State, shares: Tensor, words: State) => {
        const places = words.tokens!.shape[1]! - 1;
        const weighted = tf.mul(slope(parameters, batch), tf.reshape(shares, [-1, 1, 1]));
        const gradient = tf.slice(tf.sum(weighted, 0), [1, 0], [places, -1]);
        const candidates = tf.slice(embeddings(parameters, words), [0, 1, 0], [-1, places, -1]);
        return tf.transpose(tf.sum(tf.mul(candidates, gradient), 2));
      },
      { name: "fillings", ...options },
    ),
  };
}
