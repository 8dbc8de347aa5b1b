import type { PrepareContext } from "lat-engine/task";
import { type DecodedPicture, decodeAll } from "./decode.ts";
import { emojiClasses, emojiFiles } from "./emoji.ts";
import { classFolders } from "./folder.ts";
import type { PixelMemory } from "./memory.ts";
import { googlePackage, twitterPackage } from "./packages.ts";
import type { Pictures } from "./picture.ts";

/** Pictures, and how many more there are that cannot be read. */
export interface LoadedPictures extends Pictures<DecodedPicture> {
  readonly unreadable: number;
}

/** All pictures: of the folder that was given, else the emoji of both packages. The memory holds what it has room for. */
export async function loadPictures(
  { size, limit, seed }: { readonly size: number; readonly limit: number; readonly seed: number },
  memory: PixelMemory,
  { data, packageFolder, progress }: PrepareContext,
): Promise<LoadedPictures> {
  const { classes, files } =
    data === undefined
      ? {
          classes: emojiClasses,
          files: await emojiFiles(packageFolder(googlePackage.name), packageFolder(twitterPackage.name)),
        }
      : await classFolders(data, limit, seed, progress);
  const pictures = await decodeAll(files, size, memory, progress);
  return { classes, pictures, unreadable: files.length - pictures.length };
}
