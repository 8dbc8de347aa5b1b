import { setImmediate } from "node:timers/promises";
import type { Tensors } from "lat-engine";
import { UsageError } from "lat-system";
import { attention, causalAttention, compile, gather, type Tensor, tf } from "lat-tensorflow";
import type { LlamaConfig } from "./config.ts";
import { addAttention, embeddingName, head, mlp, type Projections, project } from "./layer.ts";

export interface DecodeOptions {
  /** Prompts that are decoded at once; the last batch is filled up, so that every batch runs the same function. */
  readonly batchSize: number;
  readonly maxNewTokens: number;
  /** The token that ends a text; null: every text has `maxNewTokens`. */
  readonly endToken: number | null;
}

/** Continues prompts by the most likely token each time. */
export interface GreedyDecoder {
  /**
   * The new tokens of each prompt, up to and with the end token if it came.
   *
   * @throws {UsageError} where a prompt is empty, too long, or holds a token that the network does not know
   */
  decode(parameters: Tensors, prompts: readonly (readonly number[])[]): Promise<number[][]>;
  /** Lets go of the compiled functions. */
  release(): void;
}

/** Keys and values of every position so far, for each layer: [batch, capacity, groups, width]. */
type Cache = { keys: Tensor; values: Tensor }[];

/** What one step hands to the next: [batch] int32 the tokens last chosen and the positions they will stand at. */
type Step = { token: Tensor; position: Tensor; cache: Cache };

/** Prompts are padded to a multiple of this many tokens, so that few lengths, and few compilations, exist. */
const promptMultiple = 16;

/**
 * A greedy decoder: one compiled function reads the prompts and fills a key-value cache of fixed size, another one
 * appends a token to every text of the batch.
 */
export function greedyDecoder(
  config: LlamaConfig,
  { batchSize, maxNewTokens, endToken }: DecodeOptions,
): GreedyDecoder {
  const read = compile(
    (parameters: Tensors, tokens: Tensor, lengths: Tensor) =>
      readPrompts(config, maxNewTokens, parameters, tokens, lengths),
    { name: "prefill" },
  );
  const next = compile((parameters: Tensors, step: Step) => nextToken(config, parameters, step), { name: "decode" });

  async function decodeBatch(parameters: Tensors, prompts: readonly (readonly number[])[]): Promise<number[][]> {
    const longest = Math.max(...prompts.map((prompt) => prompt.length));
    const length = Math.ceil(longest / promptMultiple) * promptMultiple;
    const rows = Array.from({ length: batchSize }, (_, i) => prompts[i] ?? (prompts[0] as readonly number[]));
    const padded = rows.map((prompt) => [...prompt, ...new Array<number>(length - prompt.length).fill(0)]);
    const texts: number[][] = prompts.map(() => []);
    const ended = (text: number[]) => text.length === maxNewTokens || text.at(-1) === endToken;
    const append = ({ token }: Step) => {
      const chosen = token.dataSync();
      texts.forEach((text, i) => {
        if (!ended(text)) text.push(chosen[i] as number);
      });
    };
    let step = tf.tidy(() => {
      const lengths = tf.tensor1d(
        rows.map((prompt) => prompt.length),
        "int32",
      );
      return read(parameters, tf.tensor2d(padded, [batchSize, length], "int32"), lengths);
    });
    append(step);
    while (!texts.every(ended)) {
      const previous = step;
      step = next(parameters, previous);
      tf.dispose(previous);
      append(step);
      // Lets signals and the terminal run between tokens.
      await setImmediate();
    }
    tf.dispose(step);
    return texts;
  }

  return {
    async decode(parameters, prompts) {
      prompts.forEach((prompt, i) => {
        checkPrompt(config, maxNewTokens, prompt, i);
      });
      const texts: number[][] = [];
      for (let start = 0; start < prompts.length; start += batchSize) {
        texts.push(...(await decodeBatch(parameters, prompts.slice(start, start + batchSize))));
      }
      return texts;
    },
    release() {
      read.release();
      next.release();
    },
  };
}

/**
 * Chooses the first token after each prompt and fills the cache, with room for the tokens to come.
 *
 * @param tokens int32 [batch, tokens], padded on the right
 * @param lengths int32 [batch], the number of real tokens
 */
function readPrompts(
  config: LlamaConfig,
  maxNewTokens: number,
  parameters: Tensors,
  tokens: Tensor,
  lengths: Tensor,
): Step {
  const [batch, length] = tokens.shape as [number, number];
  const cache: Cache = [];
  const withRoom = (x: Tensor) => tf.concat([x, tf.zeros([batch, maxNewTokens, ...x.shape.slice(2)])], 1);
  const attend = (_: number, { queries, keys, values }: Projections) => {
    cache.push({ keys: withRoom(keys), values: withRoom(values) });
    return causalAttention(queries, keys, values);
  };
  const h = runLayers(config, parameters, tokens, tf.range(0, length, 1, "int32"), attend);
  const firsts = tf.range(0, batch * length, length, "int32");
  const lasts = tf.add(firsts, tf.sub(lengths, tf.scalar(1, "int32")));
  const rows = gather(tf.reshape(h, [batch * length, config.hidden_size]), lasts);
  return { token: mostLikely(config, parameters, rows), position: lengths, cache };
}

/** Appends the last token of each text to the cache and chooses the one after it. */
function nextToken(config: LlamaConfig, parameters: Tensors, { token, position, cache: old }: Step): Step {
  const batch = token.shape[0] as number;
  const capacity = old[0]?.keys.shape[1] as number;
  const slots = tf.range(0, capacity, 1, "int32");
  const positions = tf.reshape(position, [batch, 1]);
  const own = tf.reshape(tf.equal(slots, positions), [batch, capacity, 1, 1]);
  const visible = tf.lessEqual(slots, positions);
  const cache: Cache = [];
  const attend = (n: number, { queries, ...now }: Projections) => {
    const { keys, values } = old[n] as Cache[number];
    const grown = { keys: tf.where(own, now.keys, keys), values: tf.where(own, now.values, values) };
    cache.push(grown);
    return attention(queries, grown.keys, grown.values, visible);
  };
  const h = runLayers(config, parameters, tf.reshape(token, [batch, 1]), positions, attend);
  const rows = tf.reshape(h, [batch, config.hidden_size]);
  return { token: mostLikely(config, parameters, rows), position: tf.add(position, tf.scalar(1, "int32")), cache };
}

/** From tokens [batch, tokens] to the residual stream after the last layer; `attend` is the attention of layer `n`. */
function runLayers(
  config: LlamaConfig,
  parameters: Tensors,
  tokens: Tensor,
  positions: Tensor,
  attend: (n: number, projections: Projections) => Tensor,
): Tensor {
  let h = gather(parameters[embeddingName]!, tokens);
  for (let n = 0; n < config.num_hidden_layers; n++) {
    h = addAttention(parameters, n, h, attend(n, project(config, parameters, n, h, positions)));
    h = tf.add(h, mlp(config, parameters, n, h));
  }
  return h;
}

/** [rows, hidden] → the most likely next token of each row, [rows] int32; the first of equals. */
function mostLikely(config: LlamaConfig, parameters: Tensors, rows: Tensor): Tensor {
  return tf.argMax(head(config, parameters, rows), 1);
}

function checkPrompt(config: LlamaConfig, maxNewTokens: number, prompt: readonly number[], index: number): void {
  const { vocab_size, max_position_embeddings } = config;
  if (prompt.length === 0)
    throw new UsageError(`prompt ${index} is empty; greedy decoding continues at least one token`);
  if (prompt.length + maxNewTokens > max_position_embeddings)
    throw new UsageError(
      `prompt ${index} has ${prompt.length} tokens: with ${maxNewTokens} new ones that is over the network's ${max_position_embeddings}`,
    );
  const unknown = prompt.find((token) => !Number.isInteger(token) || token < 0 || token >= vocab_size);
  if (unknown !== undefined)
    throw new UsageError(`prompt ${index} holds the token ${unknown}; the network knows 0 to ${vocab_size - 1}`);
}
