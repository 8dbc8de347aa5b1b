import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cachedFolder, cacheFolder, LatError, lastLines, runCommand, type WorkOptions } from "lat-system";
import type { Compiler } from "./compiler.ts";
import { TENSORFLOW_VERSION } from "./pins.ts";
import type { Setup } from "./setup.ts";

/** The addon that binds TensorFlow, and the small one that prepares its loading. */
export const ADDONS = ["tfjs_binding.node", "preload.node"] as const;

/** A hash of every C++ source and header that is not TensorFlow's: what the addon in place must have been made of. */
export function hashSources({ native, binding, nodeHeaders }: Setup): string {
  const hash = createHash("sha256");
  for (const folder of [native, join(binding, "binding"), nodeHeaders]) {
    for (const name of readdirSync(folder).sort()) {
      if (/\.(cc|h)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest("hex");
}

/**
 * Compiles the addons into the cache, where they are not there yet, and returns their folder. `libraries` is written
 * into the addon as the place to load TensorFlow from.
 *
 * @throws {LatError} with the compiler's own words, where it fails.
 */
export async function compileAddons(
  setup: Setup,
  libraries: string,
  compiler: Compiler,
  options: WorkOptions,
): Promise<string> {
  const key = [setup.device, TENSORFLOW_VERSION, libraries, hashSources(setup), compiler.identity].join("\n");
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const folder = cacheFolder("addons", `${setup.device}-${TENSORFLOW_VERSION}-${hash}`);
  await cachedFolder(folder, {
    make: async ({ files, scratch }) => {
      const command = await compiler.command(options);
      options.onProgress?.({ name: "addon", step: "compile", done: 0, total: 0 });
      const compile = (name: string, sources: readonly string[], libraryArguments: readonly string[]) =>
        run(
          compiler,
          [...command, ...FLAGS, "-I", setup.nodeHeaders, ...sources, "-o", join(files, name), ...libraryArguments],
          scratch,
        );
      await Promise.all([
        compile(
          ADDONS[0],
          [join(setup.native, "trace.cc"), join(setup.binding, "binding", "tfjs_backend.cc")],
          [
            ...["-I", join(libraries, "tensorflow", "include"), "-I", join(setup.binding, "binding")],
            ...["-L", join(libraries, "tensorflow"), "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
            `-Wl,-rpath,${join(libraries, "tensorflow")}`,
          ],
        ),
        compile(ADDONS[1], [join(setup.native, "preload.cc")], []),
      ]);
    },
    onWait: options.onWait,
  });
  return folder;
}

const FLAGS = ["-O2", "-std=c++17", "-shared", "-fPIC", "-DNAPI_VERSION=8"];

async function run(compiler: Compiler, [command = "", ...args]: readonly string[], scratch: string): Promise<void> {
  const caches = {
    ZIG_GLOBAL_CACHE_DIR: join(scratch, "zig"),
    ZIG_LOCAL_CACHE_DIR: join(scratch, "zig"),
    TMPDIR: scratch,
  };
  const result = await runCommand(command, args, { env: caches });
  if (result?.code === 0) return;
  throw new LatError(
    `${compiler.identity} could not compile the addon that binds TensorFlow; with another compiler installed, set CXX to it (for example CXX=clang++):\n${lastLines(result?.stderr ?? "", 15)}`,
  );
}
