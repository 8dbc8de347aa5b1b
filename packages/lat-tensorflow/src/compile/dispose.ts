import { tf } from "../load.ts";

/** Disposes of every tensor in nested arrays and plain objects; nulls and tensors that are gone already are passed over. */
export function disposeAll(...trees: readonly unknown[]): void {
  for (const tree of trees) {
    if (tree instanceof tf.Tensor) tree.dispose();
    else if (typeof tree === "object" && tree !== null) disposeAll(...Object.values(tree));
  }
}
