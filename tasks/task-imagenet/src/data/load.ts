import type { PrepareContext } from "lat-engine/task";
import { type DecodedImage, decodeAll } from "./decode.ts";
import { emojiClasses, emojiFiles } from "./emoji.ts";
import { classFolders } from "./folder.ts";
import type { Images } from "./image.ts";
import type { PixelMemory } from "./memory.ts";
import { googlePackage, twitterPackage } from "./packages.ts";

/** Images, and how many more there are that cannot be read. */
export interface LoadedImages extends Images<DecodedImage> {
  readonly unreadable: number;
}

/** All images: of the folder that was given, else the emoji of both packages. The memory holds what it has room for. */
export async function loadImages(
  { size, limit, seed }: { readonly size: number; readonly limit: number; readonly seed: number },
  memory: PixelMemory,
  { data, packageFolder, progress }: PrepareContext,
): Promise<LoadedImages> {
  const { classes, files } =
    data === undefined
      ? {
          classes: emojiClasses,
          files: await emojiFiles(packageFolder(googlePackage.name), packageFolder(twitterPackage.name)),
        }
      : await classFolders(data, limit, seed, progress);
  const images = await decodeAll(files, size, memory, progress);
  return { classes, images, unreadable: files.length - images.length };
}
