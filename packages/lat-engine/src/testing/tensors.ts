import { createHash } from "node:crypto";
import { type Tensor, tf } from "lat-tensorflow";
import type { HostBatch } from "../examples/example-set.ts";
import type { Tensors } from "../model/model.ts";
import { ensure } from "./check.ts";

/** Runs `body` and holds it to leaving as many tensors as it found. */
export async function leavesNothing(what: string, body: () => void | Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  await body();
  const left = tf.memory().numTensors - before;
  ensure(left === 0, () => `${what} leaves ${left} tensors behind: dispose them, or compute inside tf.tidy`);
}

/** The largest distance between two tensors, relative to the largest value (at least 1e-6). */
export function relativeError(received: Tensor, expected: Tensor): number {
  const [a, b] = [received.dataSync(), expected.dataSync()];
  let distance = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let size = 1e-6;
  for (let i = 0; i < b.length; i++) {
    const apart = Math.abs(a[i]! - b[i]!);
    // A NaN on one side alone is as far as can be.
    distance = Math.max(distance, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
    size = Math.max(size, Math.abs(b[i]!));
  }
  return distance / size;
}

/** SHA-256 of names, shapes and values. */
export function digestOf(batch: HostBatch): string {
  const hash = createHash("sha256");
  for (const [name, { shape, data }] of Object.entries(batch)) {
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

export function digestOfTensors(tensors: Tensors): string {
  const values = Object.entries(tensors).map(([name, { shape, dtype }]) => {
    const data = tensors[name]!.dataSync();
    return [name, { shape, data: dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data) }] as const;
  });
  return digestOf(Object.fromEntries(values));
}
