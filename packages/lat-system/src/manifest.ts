import { existsSync, readFileSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { listFiles, sha256File, writeFileAtomic } from "./files.ts";

const NAME = ".manifest.json";

/** What a folder must contain. */
interface Manifest {
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

/** Records size and SHA-256 of every file now in `folder`. */
export async function writeManifest(folder: string): Promise<void> {
  const files = await Promise.all(
    (await listFiles(folder)).map(async (path) => ({
      path,
      size: (await stat(join(folder, path))).size,
      sha256: sha256File(join(folder, path)),
    })),
  );
  await writeFileAtomic(join(folder, NAME), JSON.stringify({ files } satisfies Manifest, null, 1));
}

/** Whether `folder` was completed once; its files may have been changed since. */
export function hasManifest(folder: string): boolean {
  return existsSync(join(folder, NAME));
}

/** Compares a folder with its manifest. Every difference is a line that names the file; an intact folder gives none. */
export function verifyManifest(folder: string): string[] {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(join(folder, NAME), "utf8")) as Manifest;
  } catch {
    return [`${join(folder, NAME)}: missing or unreadable`];
  }
  const problems: string[] = [];
  for (const { path, size, sha256 } of manifest.files) {
    const file = join(folder, path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) {
      problems.push(`${file}: missing`);
    } else if (found.size !== size) {
      problems.push(`${file}: ${found.size} bytes, expected ${size}`);
    } else {
      const actual = sha256File(file);
      if (actual !== sha256) problems.push(`${file}: SHA-256 ${actual}, expected ${sha256}`);
    }
  }
  return problems;
}
