import type { WorkOptions } from "lat-system";
import { diagnoseSetup } from "./doctor.ts";
import type { Finding } from "./finding.ts";
import { CPU_PINS, GPU_PINS, ZIG_PIN } from "./pins.ts";
import { type Provisioned, provisionedSetup, provisionSetup } from "./provision.ts";
import { realSetup } from "./setup.ts";

export type { Finding, Provisioned };

/** The published packages that TensorFlow is set up from, on every kind of machine. */
export const tensorflowPackages: readonly string[] = [...CPU_PINS, ...GPU_PINS, ZIG_PIN].map((pin) => pin.package);

export interface DeviceOptions {
  /** TensorFlow for CUDA with NVIDIA's libraries, instead of the one for the CPU. */
  readonly gpu?: boolean;
}

/**
 * Sets TensorFlow up for this checkout, from the per-user cache where it has what is needed. Safe to call again, to
 * interrupt and to call twice at once.
 *
 * @returns the folder of the libraries.
 * @throws {LatError} with what to do, where a step fails.
 */
export function provision({ gpu = false, ...options }: DeviceOptions & WorkOptions = {}): Promise<string> {
  return provisionSetup(realSetup(gpu), options);
}

/** Whether TensorFlow is set up in this checkout, and if not, why; takes milliseconds and loads nothing. */
export function provisioned(): Provisioned {
  return provisionedSetup(realSetup(false));
}

/** Looks at everything that the tool stands on, one line each. */
export function diagnose({ gpu = false }: DeviceOptions = {}): Promise<Finding[]> {
  return diagnoseSetup(realSetup(gpu));
}
