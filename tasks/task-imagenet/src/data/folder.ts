import { readdirSync } from "node:fs";
import { join } from "node:path";
import { LatError } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import type { PictureFile } from "./picture.ts";

const isPicture = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/** A folder of pictures for each class: `FOLDER/cat/0001.jpg`. Classes are in the order of their names. */
export interface ClassFolders {
  readonly classes: readonly string[];
  readonly files: readonly PictureFile[];
}

/**
 * Finds the pictures of a folder, at most `limit` of each class, drawn by the seed.
 *
 * @throws LatError where there is no class folder, only one, or one without pictures
 */
export function classFolders(root: string, limit: number, seed: number): ClassFolders {
  const classes = entriesOf(root)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
  if (classes.length < 2) {
    const found = classes.length === 0 ? "no folder" : `one folder ("${classes[0]}")`;
    throw new LatError(`--data: ${root} has ${found}, expected a folder of pictures for each of two or more classes`);
  }
  const files = classes.flatMap((name, label) => {
    const pictures = entriesOf(join(root, name))
      .filter((entry) => entry.isFile() && isPicture.test(entry.name))
      .map((entry) => entry.name)
      .sort();
    if (pictures.length === 0) {
      throw new LatError(
        `--data: the class "${name}" is empty: ${join(root, name)} has no picture (jpg, png, webp, gif, tiff, avif)`,
      );
    }
    const chosen = hostRandom(seed, `pictures/${name}`).choice(pictures.length, Math.min(limit, pictures.length));
    return [...chosen]
      .sort((a, b) => a - b)
      .map((index): PictureFile => {
        const file = `${name}/${pictures[index]}`;
        return { name: file, label, group: file, words: [], path: join(root, file) };
      });
  });
  return { classes, files };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LatError(`--data: ${folder} cannot be read (${code}); expected a folder with a folder for each class`, {
      cause,
    });
  }
}
