import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";
import { lastMax, lastSum } from "./reduce.ts";
import { withGradient } from "./with-gradient.ts";

/** Added to the score of a pair that may not attend: its weight is then exactly 0, and a fully masked row has no NaN. */
const masked = -1e9;

/**
 * Scaled dot-product attention in which a token sees itself and the tokens before it.
 *
 * @param queries [batch, tokens, heads, width]
 * @param keys [batch, tokens, groups, width]; each group of keys and values serves heads/groups consecutive heads
 * @param values as keys
 * @returns [batch, tokens, heads, width]
 */
export function causalAttention(queries: Tensor, keys: Tensor, values: Tensor): Tensor {
  const tokens = queries.shape[1] as number;
  const position = tf.range(0, tokens, 1, "int32");
  const later = tf.greater(tf.reshape(position, [1, tokens]), tf.reshape(position, [tokens, 1]));
  // Here the first token of every sequence sees itself alone, and softmax gives its score a gradient of exactly 0.
  return attend(queries, keys, values, bySoftmax, tf.mul(tf.cast(later, "float32"), masked));
}

/**
 * Scaled dot-product attention in which every query sees every key, or those that the mask leaves.
 *
 * @param queries [batch, tokens, heads, width]
 * @param keys [batch, positions, groups, width]; each group of keys and values serves heads/groups consecutive heads
 * @param values as keys
 * @param keyMask [batch, positions], 1 for a key that may be seen and 0 for one that may not
 * @returns [batch, tokens, heads, width]
 */
export function attention(queries: Tensor, keys: Tensor, values: Tensor, keyMask?: Tensor): Tensor {
  if (!keyMask) return attend(queries, keys, values, byLateDivision);
  const [batch, positions] = keyMask.shape as [number, number];
  const hidden = tf.sub(1, tf.cast(keyMask, "float32"));
  const bias = tf.mul(tf.reshape(hidden, [batch, 1, 1, 1, positions]), masked);
  return attend(queries, keys, values, byLateDivision, bias);
}

/**
 * softmax(rows · keysᵀ + bias) · values, [batch, groups, rows, width].
 *
 * @param rows [batch, groups, rows, width], the tokens of each head of a group after those of the one before
 * @param keys [batch, groups, positions, width]
 * @param values as keys
 * @param bias broadcasts to [batch, groups, heads/groups, tokens, positions]
 */
type Mix = (rows: Tensor, keys: Tensor, values: Tensor, tokens: number, bias?: Tensor) => Tensor;

function attend(queries: Tensor, keys: Tensor, values: Tensor, mix: Mix, bias?: Tensor): Tensor {
  const [batch, tokens, heads, width] = queries.shape as [number, number, number, number];
  const groups = keys.shape[2] as number;
  const shared = heads / groups;
  // The heads that share keys become more rows of one product, so that keys and values are never repeated.
  const split = tf.transpose(tf.reshape(queries, [batch, tokens, groups, shared, width]), [0, 2, 3, 1, 4]);
  const rows = tf.reshape(tf.mul(split, 1 / Math.sqrt(width)), [batch, groups, shared * tokens, width]);
  const mixed = mix(rows, tf.transpose(keys, [0, 2, 1, 3]), tf.transpose(values, [0, 2, 1, 3]), tokens, bias);
  const merged = tf.transpose(tf.reshape(mixed, [batch, groups, shared, tokens, width]), [0, 3, 1, 2, 4]);
  return tf.reshape(merged, [batch, tokens, heads, width]);
}

/** The scores by head, with the bias: [batch, groups, heads/groups, tokens, positions]. */
function scoresOf(rows: Tensor, keys: Tensor, tokens: number, bias?: Tensor): Tensor {
  const [batch, groups, count] = rows.shape as [number, number, number, number];
  const products = tf.matMul(rows, keys, false, true);
  const scores = tf.reshape(products, [batch, groups, count / tokens, tokens, keys.shape[2] as number]);
  return bias ? tf.add(scores, bias) : scores;
}

const bySoftmax: Mix = (rows, keys, values, tokens, bias) => {
  const weights = tf.softmax(scoresOf(rows, keys, tokens, bias));
  return tf.matMul(tf.reshape(weights, [...rows.shape.slice(0, 3), keys.shape[2] as number]), values);
};

/**
 * The sums of softmax divide the product rather than the weights, and the gradient's sum over positions is taken over the
 * width, which is smaller: three passes over a tensor of the scores' size fewer. Source: Dao et al., "FlashAttention"
 * (NeurIPS 2022), appendix B.
 */
const byLateDivision: Mix = (rows, keys, values, tokens, bias) =>
  withGradient(
    [rows, keys, values],
    (q, k, v) => {
      const scores = tf.reshape(scoresOf(q, k, tokens, bias), [...q.shape.slice(0, 3), k.shape[2] as number]);
      const weights = tf.exp(tf.sub(scores, lastMax(scores)));
      const total = lastSum(weights);
      const mixed = tf.div(tf.matMul(weights, v), total);
      return { value: mixed, saved: [q, k, v, weights, total, mixed] as const };
    },
    (gradient, [q, k, v, weights, total, mixed]) => {
      const scaled = tf.div(gradient, total);
      const along = lastSum(tf.mul(scaled, mixed));
      const scores = tf.mul(weights, tf.sub(tf.matMul(scaled, v, false, true), along));
      return [tf.matMul(scores, k), tf.matMul(scores, q, true), tf.matMul(weights, scaled, true)];
    },
  );
