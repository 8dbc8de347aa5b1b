import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import { readManifest } from "./registry.ts";

/**
 * SHA-256 over the built code of a task's package and of every `lat-` package below it: figures made by other code are
 * not reused, whoever forgot to raise a version.
 */
export function codeDigest(folder: string): string {
  const hash = createHash("sha256");
  for (const [name, path] of [...packagesBelow(folder)].sort()) {
    for (const file of globSync("dist/**/*.js", { cwd: path }).sort()) {
      hash.update(`${name}/${file}\0`).update(readFileSync(join(path, file)));
    }
  }
  return hash.digest("hex");
}

function packagesBelow(folder: string, found = new Map<string, string>()): Map<string, string> {
  const { name, dependencies } = readManifest(folder);
  if (found.has(name)) return found;
  found.set(name, folder);
  const require = createRequire(join(folder, "package.json"));
  for (const dependency of Object.keys(dependencies).filter((key) => key.startsWith("lat-"))) {
    packagesBelow(packageRoot(require.resolve(dependency)), found);
  }
  return found;
}

function packageRoot(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
