import { basename, join } from "node:path";
import { fetchPackage, LatError, type PackagePin, runCommand, type WorkOptions } from "lat-system";

export interface Compiler {
  /** What it is, with its version: `g++ (Debian 12.2.0-14) 12.2.0`. */
  readonly identity: string;
  /** The command and its first arguments; fetches the compiler first, where none is installed. */
  readonly command: (options: WorkOptions) => Promise<readonly string[]>;
}

/**
 * `$CXX`, else `g++`, `clang++` or `c++` of PATH; undefined where there is none.
 *
 * @throws {LatError} where `$CXX` is set to something that does not run.
 */
export async function installedCompiler(): Promise<Compiler | undefined> {
  const chosen = process.env.CXX?.trim();
  for (const text of chosen ? [chosen] : ["g++", "clang++", "c++"]) {
    const command = text.split(/\s+/);
    const version = await runCommand(command[0] as string, [...command.slice(1), "--version"]);
    if (version?.code !== 0) continue;
    return { identity: version.stdout.split("\n")[0] ?? basename(text), command: async () => command };
  }
  if (chosen)
    throw new LatError(`CXX is set to "${chosen}", which does not run; unset it, or set it to a C++ compiler`);
  return undefined;
}

/** Zig, whose package carries clang and the C++ library: it compiles where nothing is installed, more slowly. */
export function zigCompiler(pin: PackagePin): Compiler {
  return {
    identity: `zig ${pin.version}`,
    command: async (options) => [join(await fetchPackage(pin, options), "ziglang", "zig"), "c++"],
  };
}
