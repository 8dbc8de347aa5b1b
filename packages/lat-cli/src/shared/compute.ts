import { configure, loadTensorFlow } from "lat-tensorflow";
import type { ComputeOptions } from "./options.ts";

/**
 * Chooses device and threads and loads TensorFlow, which reads them once: before anything is written, since without it
 * nothing can be.
 *
 * @throws LatError where it does not load; UsageError where a GPU is asked for and none is found
 */
export function chooseCompute({ device, threads, eager }: ComputeOptions): void {
  configure({
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    eager: eager ?? false,
  });
  loadTensorFlow();
}
