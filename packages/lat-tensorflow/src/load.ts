import { createRequire } from "node:module";
import { join } from "node:path";
import type * as tfjs from "@tensorflow/tfjs-core";
import { LatError, UsageError } from "lat-system";
import type { Binding, NodeBackend } from "./binding.ts";
import { provisionedSetup } from "./provision/provision.ts";
import { addonFolder, realSetup } from "./provision/setup.ts";
import { allowedThreads } from "./threads.ts";

export interface Settings {
  /** `gpu` is an error where TensorFlow finds none; default: the first GPU where it finds one, else the CPU. */
  readonly device?: "cpu" | "gpu";
  /** CPU threads that one operation may use; bits can depend on it. Default: what affinity and control group allow. */
  readonly threads?: number;
  /** Runs every compiled function operation by operation: slow, and the way to find where a NaN is made. */
  readonly eager: boolean;
}

interface Loaded {
  readonly tf: typeof tfjs;
  readonly backend: NodeBackend;
  readonly threads: number;
}

/** The addon that is there before TensorFlow's library is. */
interface Preload {
  /** Sets a variable of the process's environment, or unsets it. */
  setVariable(name: string, value: string | undefined): void;
  /** Standard error goes nowhere until `unmute`. */
  mute(): void;
  unmute(): void;
}

let settings: Settings = { eager: false };
let loaded: Loaded | undefined;

/**
 * Chooses device, threads and mode. TensorFlow reads the first two once, when it loads at the first use of `tf`: later
 * changes of them are refused.
 */
export function configure(changes: Partial<Settings>): void {
  const next = { ...settings, ...changes };
  if (next.threads !== undefined && !(Number.isInteger(next.threads) && next.threads >= 1)) {
    throw new UsageError(`threads: received ${next.threads}, expected a whole number of at least 1`);
  }
  if (loaded && (next.device !== settings.device || (next.threads ?? loaded.threads) !== loaded.threads)) {
    throw new LatError("TensorFlow is already loaded: choose device and threads before the first tensor is made");
  }
  settings = next;
}

/** How many CPU threads one operation may use: what was handed to TensorFlow, or will be when it loads. */
export function threads(): number {
  return loaded?.threads ?? settings.threads ?? allowedThreads();
}

/** Whether compiled functions run operation by operation. */
export function isEager(): boolean {
  return settings.eager;
}

/** The tfjs module and its native backend; loads TensorFlow at the first call. */
export function runtime(): Loaded {
  loaded ??= load();
  return loaded;
}

/**
 * Loads TensorFlow now, for what must know that it does before anything is written.
 *
 * @throws {LatError} where it is not set up or does not load
 * @throws {UsageError} where a GPU is asked for and none is found
 */
export function loadTensorFlow(): void {
  runtime();
}

function load(): Loaded {
  const require = createRequire(import.meta.url);
  const setup = realSetup(false);
  const state = provisionedSetup(setup);
  if (!state.ready) throw new LatError(`TensorFlow is not set up: ${state.reason}. Run \`lat doctor --fix\`.`);
  const handed = threads();
  const { setVariable, mute, unmute } = require(join(addonFolder(setup), "preload.node")) as Preload;
  for (const [name, value] of Object.entries(environment(handed))) setVariable(name, value);
  mute();
  let result: Loaded;
  try {
    const tf = require("@tensorflow/tfjs-node-gpu") as typeof tfjs;
    tf.env().set("IS_NODE", true);
    const backend = tf.backend() as unknown as NodeBackend;
    backend.binding.releaseMemory();
    result = { tf, backend, threads: handed };
  } catch (cause) {
    throw new LatError(`TensorFlow did not load (${(cause as Error).message}). Run \`lat doctor\`.`, { cause });
  } finally {
    unmute();
  }
  if (settings.device === "gpu" && !result.backend.binding.isUsingGpuDevice()) throw noGpu(state.device);
  return result;
}

function noGpu(setUpFor: "cpu" | "gpu"): UsageError {
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  const hidden = visible === undefined ? "" : ` (CUDA_VISIBLE_DEVICES is "${visible}")`;
  const found =
    setUpFor === "cpu"
      ? "TensorFlow is set up for the CPU in this checkout. `lat doctor --gpu --fix` sets it up for GPUs"
      : `TensorFlow, set up for GPUs, finds none that it can use${hidden}. \`lat doctor --gpu\` says what it looks for`;
  return new UsageError(`device: received gpu, but ${found}; without the setting the CPU computes.`);
}

/**
 * What TensorFlow, XLA and oneDNN read from the environment when they load. Of what bits depend on, nothing is left to
 * whom the environment was set for: other programs of the user's shell.
 *
 * @returns variables to set, and as undefined those to unset
 */
function environment(threads: number): Readonly<Record<string, string | undefined>> {
  const { CUDA_VISIBLE_DEVICES, TF_CPP_MIN_LOG_LEVEL, TF_FORCE_GPU_ALLOW_GROWTH } = process.env;
  return {
    TF_CPP_MIN_LOG_LEVEL: TF_CPP_MIN_LOG_LEVEL ?? "3",
    CUDA_VISIBLE_DEVICES: settings.device === "cpu" ? "-1" : CUDA_VISIBLE_DEVICES,
    TF_FORCE_GPU_ALLOW_GROWTH: TF_FORCE_GPU_ALLOW_GROWTH ?? "true",
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    // Wider vectors where the processor has them: 3 % on the training steps that were measured.
    XLA_FLAGS: "--xla_cpu_prefer_vector_width=512",
    TF_XLA_FLAGS: undefined,
    TF_ENABLE_ONEDNN_OPTS: undefined,
    NVIDIA_TF32_OVERRIDE: undefined,
    DNNL_DEFAULT_FPMATH_MODE: undefined,
    DNNL_MAX_CPU_ISA: undefined,
    ONEDNN_DEFAULT_FPMATH_MODE: undefined,
    ONEDNN_MAX_CPU_ISA: undefined,
  };
}

/**
 * TensorFlow.js, loaded at first use, so that a module that imports it can be read (for help, options, a report) on a
 * machine where TensorFlow is not set up.
 */
export const tf: typeof tfjs = new Proxy({} as typeof tfjs, {
  get: (_, property) => Reflect.get(runtime().tf, property),
  has: (_, property) => Reflect.has(runtime().tf, property),
});

/**
 * Whether TensorFlow computes on a GPU: not where the device is `cpu`, where it was set up for the CPU (`lat doctor
 * --gpu --fix` sets it up for GPUs), or where it finds none. Loads TensorFlow.
 */
export function isUsingGpu(): boolean {
  return native().isUsingGpuDevice();
}

/** The addon with the methods that build functions. */
export function native(): Binding {
  return runtime().backend.binding;
}
