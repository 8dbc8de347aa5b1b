import { configure, isUsingGpu } from "lat-tensorflow";
import type { ComputeOptions } from "./options.ts";

/**
 * Chooses device and threads; before the first tensor, since TensorFlow reads them once.
 *
 * @throws UsageError where a GPU is asked for and none is found, before anything is written
 */
export function chooseCompute({ device, threads, eager }: ComputeOptions): void {
  configure({
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    eager: eager ?? false,
  });
  if (device === "gpu") isUsingGpu();
}
