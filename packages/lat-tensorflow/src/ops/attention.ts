import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

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
  return attend(queries, keys, values, tf.mul(tf.cast(later, "float32"), masked));
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
  if (!keyMask) return attend(queries, keys, values);
  const [batch, positions] = keyMask.shape as [number, number];
  const hidden = tf.sub(1, tf.cast(keyMask, "float32"));
  return attend(queries, keys, values, tf.mul(tf.reshape(hidden, [batch, 1, 1, 1, positions]), masked));
}

/** `bias` broadcasts to the scores' shape [batch, groups, heads/groups, tokens, positions]. */
function attend(queries: Tensor, keys: Tensor, values: Tensor, bias?: Tensor): Tensor {
  const [batch, tokens, heads, width] = queries.shape as [number, number, number, number];
  const [, positions, groups] = keys.shape as [number, number, number, number];
  const shared = heads / groups;
  // The heads that share keys become more rows of one product, so that keys and values are never repeated.
  const split = tf.transpose(tf.reshape(queries, [batch, tokens, groups, shared, width]), [0, 2, 3, 1, 4]);
  const rows = tf.reshape(tf.mul(split, 1 / Math.sqrt(width)), [batch, groups, shared * tokens, width]);
  const products = tf.matMul(rows, tf.transpose(keys, [0, 2, 1, 3]), false, true);
  const scores = tf.reshape(products, [batch, groups, shared, tokens, positions]);
  const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
  const mixed = tf.matMul(
    tf.reshape(weights, [batch, groups, shared * tokens, positions]),
    tf.transpose(values, [0, 2, 1, 3]),
  );
  const merged = tf.transpose(tf.reshape(mixed, [batch, groups, shared, tokens, width]), [0, 3, 1, 2, 4]);
  return tf.reshape(merged, [batch, tokens, heads, width]);
}
