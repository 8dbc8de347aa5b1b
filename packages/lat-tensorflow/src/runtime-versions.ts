import { runtime, tf } from "./load.ts";
import { hashSources } from "./provision/addon.ts";
import { realSetup } from "./provision/setup.ts";

/** What computes, by name and version: TensorFlow, tfjs, and the addon between them by the hash of its sources. Loads TensorFlow. */
export function runtimeVersions(): Record<"tensorflow" | "tfjs" | "addon", string> {
  known ??= {
    tensorflow: runtime().backend.binding.TF_Version,
    tfjs: tf.version_core,
    addon: hashSources(realSetup(false)).slice(0, 16),
  };
  return known;
}

let known: ReturnType<typeof runtimeVersions> | undefined;
