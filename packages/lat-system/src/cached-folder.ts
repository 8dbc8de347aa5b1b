import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LatError } from "./errors.ts";
import { writing } from "./files.ts";
import { withLock } from "./lock.ts";
import { verifyManifest, writeManifest } from "./manifest.ts";

export interface Making {
  /** Makes the content inside the folder `files`. `scratch` is for whatever else is needed meanwhile. */
  readonly make: (places: { files: string; scratch: string; leftovers: readonly string[] }) => Promise<void>;
  /** What to throw where files were changed since they were made; without it the folder is simply made again. */
  readonly changed?: ((problems: readonly string[]) => LatError) | undefined;
  readonly onWait?: ((message: string) => void) | undefined;
}

/**
 * Makes a folder once: at once where it is there and every file has its recorded hash. It appears whole or not at all,
 * since everything is made in a folder beside it that is renamed at the end, and only one process makes it at a time.
 * What interrupted calls left beside it is offered to `make` as `leftovers` (their `scratch`), then removed.
 *
 * @throws {LatError} where it cannot be made or was changed.
 */
export async function cachedFolder(folder: string, { make, changed, onWait }: Making): Promise<void> {
  const makeLocked = async () => {
    if (existsSync(folder)) {
      const problems = verifyManifest(folder);
      if (problems.length === 0) return;
      if (changed) throw changed(problems);
      await rm(folder, { recursive: true });
    }
    const prefix = `${folder}.partial-`;
    const siblings = (await readdir(dirname(folder))).map((name) => join(dirname(folder), name));
    const leftovers = siblings.filter((path) => path.startsWith(prefix));
    const scratch = await mkdtemp(prefix);
    const files = join(scratch, "files");
    try {
      await mkdir(files);
      await make({ files, scratch, leftovers });
      await writeManifest(files);
      await rename(files, folder);
    } finally {
      for (const path of [scratch, ...leftovers]) await rm(path, { recursive: true, force: true });
    }
  };
  await writing(folder, () => withLock(`${folder}.lock`, makeLocked, { onWait }));
}
