import { tf } from "../load.ts";

/**
 * Runs the body and frees every tensor that it made, but for those in what it returns; all of them where it throws.
 * `tf.tidy` for results of any shape.
 */
export function tidy<T>(body: () => T): T {
  return tf.tidy(body as () => never) as T;
}
