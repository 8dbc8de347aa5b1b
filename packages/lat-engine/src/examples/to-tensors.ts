import { type Tensor, tf } from "lat-tensorflow";
import type { State } from "../model/model.ts";
import type { HostBatch } from "./example-set.ts";

/** A host batch as tensors; the caller owns them. */
export function toTensors(batch: HostBatch): State {
  const one = ({ shape, data }: HostBatch[string]): Tensor =>
    tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");
  // Where one does not fit its shape, the tidy frees those before it.
  return tf.tidy(() => Object.fromEntries(Object.entries(batch).map(([name, values]) => [name, one(values)])));
}
