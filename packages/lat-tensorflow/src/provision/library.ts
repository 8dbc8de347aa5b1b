import { createHash } from "node:crypto";
import { link, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cachedFolder, cacheFolder, fetchPackage, listFiles, type PackagePin, type WorkOptions } from "lat-system";

/**
 * Fetches the libraries and returns one folder that has them all, as they would lie in Python's `site-packages`:
 * `tensorflow/` and, for CUDA, `nvidia/` beside it, where TensorFlow's library looks for it.
 */
export async function provideLibraries(pins: readonly PackagePin[], options: WorkOptions): Promise<string> {
  const folders: string[] = [];
  for (const pin of pins) folders.push(await fetchPackage(pin, options));
  return folders.length === 1 ? (folders[0] as string) : joinFolders(folders, options);
}

/**
 * One folder with the files of all. They are linked, so that nothing lies on the disk twice; by hard links, since the
 * loader would follow a symbolic one into a folder where the file's neighbours are missing.
 */
async function joinFolders(folders: readonly string[], { onWait }: WorkOptions): Promise<string> {
  const names = folders.map((folder) => basename(folder));
  const hash = createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 8);
  const joined = cacheFolder("libraries", `${names[0]}-${hash}`);
  await cachedFolder(joined, {
    make: async ({ files }) => {
      for (const folder of folders) {
        for (const path of await listFiles(folder)) {
          if (!path.includes("/")) continue; // the record of a package's files, not one of them
          await mkdir(dirname(join(files, path)), { recursive: true });
          await link(join(folder, path), join(files, path));
        }
      }
    },
    onWait,
  });
  return joined;
}
