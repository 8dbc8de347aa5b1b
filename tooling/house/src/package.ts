import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package as the rules see it: no rule touches the disk, so a test makes up a package in a few lines. */
export interface Package {
  /** `packages/lat-engine` */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Text of the files that people wrote, by path inside the package. */
  readonly files: Readonly<Record<string, string>>;
}

const written = /\.(ts|js|cc|h|py|md|sh)$/;
const skipped = new Set(["node_modules", "dist", ".turbo", ".venv"]);

/** Reads one package of the repository, for example `packages/lat-engine`. */
export function readPackage(root: string, folder: string): Package {
  const files: Record<string, string> = {};
  const at = join(root, folder);
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (skipped.has(entry.name)) continue;
      const inside = join(path, entry.name);
      if (entry.isDirectory()) walk(inside);
      else if (written.test(entry.name)) files[relative(at, inside)] = readFileSync(inside, "utf8");
    }
  };
  walk(at);
  return { folder, manifest: readManifest(at), files };
}

/** The package.json of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Whether a file is only for tests and tools: it may use devDependencies. */
export function isForTests(path: string): boolean {
  return !path.startsWith("src/") || path.endsWith(".test.ts");
}
