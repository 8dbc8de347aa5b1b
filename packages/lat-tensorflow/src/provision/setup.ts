import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LatError, type PackagePin } from "lat-system";
import { CPU_PINS, GPU_PINS, TENSORFLOW_VERSION, ZIG_PIN } from "./pins.ts";

/** Everything that provisioning takes and where it puts the result. */
export interface Setup {
  readonly device: "cpu" | "gpu";
  /** What makes the folder of libraries; the first is TensorFlow. */
  readonly libraries: readonly PackagePin[];
  readonly zig: PackagePin;
  /** This package's own C++ sources. */
  readonly native: string;
  /** The npm package whose C++ sources are compiled with them, and where it looks for the result. */
  readonly binding: string;
  readonly nodeHeaders: string;
}

/** Where `@tensorflow/tfjs-node-gpu` looks for its addon. */
export function addonFolder(setup: Setup): string {
  return join(setup.binding, "lib", "napi-v8");
}

/**
 * The real thing, for this checkout.
 *
 * @throws {LatError} on a platform for which no library is pinned.
 */
export function realSetup(gpu: boolean): Setup {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new LatError(
      `TensorFlow ${TENSORFLOW_VERSION} is set up on Linux with an x86-64 processor; this machine is ${process.platform} ${process.arch}. Use a container or a machine of that kind.`,
    );
  }
  const require = createRequire(import.meta.url);
  return {
    device: gpu ? "gpu" : "cpu",
    libraries: gpu ? GPU_PINS : CPU_PINS,
    zig: ZIG_PIN,
    native: fileURLToPath(new URL("../../native", import.meta.url)),
    binding: dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")),
    nodeHeaders: (require("node-api-headers") as { include_dir: string }).include_dir,
  };
}
