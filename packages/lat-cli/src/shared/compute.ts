import { configure } from "lat-tensorflow";
import type { ComputeOptions } from "./options.ts";

/** Chooses device and threads; before the first tensor, since TensorFlow reads them once. */
export function chooseCompute({ device, threads, eager }: ComputeOptions): void {
  configure({
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    eager: eager ?? false,
  });
}
