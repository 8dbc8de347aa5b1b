import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

/**
 * As `tf.tidy`. Where `body` throws, tensors that it kept are freed too: tfjs keeps for a gradient what its operations
 * read, and lets go of it only at the end of the backward pass.
 */
export function tidyOnFailureToo<T>(body: () => T): T {
  const engine = tf.engine() as unknown as { keep(tensor: Tensor): Tensor };
  const kept: Tensor[] = [];
  const { keep } = engine;
  engine.keep = (tensor) => {
    kept.push(tensor);
    return keep.call(engine, tensor);
  };
  try {
    return tf.tidy(body as () => never) as T;
  } catch (error) {
    for (const tensor of kept) tensor.dispose();
    throw error;
  } finally {
    engine.keep = keep;
  }
}
