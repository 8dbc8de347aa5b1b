import type { PrepareContext } from "lat-engine/task";
import { type DecodedPicture, decodeAll } from "./decode.ts";
import { emojiClasses, emojiFiles } from "./emoji.ts";
import { classFolders } from "./folder.ts";
import type { PixelMemory } from "./memory.ts";
import { googlePackage, twitterPackage } from "./packages.ts";
import type { Pictures } from "./picture.ts";

/** All pictures: of the folder that was given, else the emoji of both packages. The memory holds what it has room for. */
export async function loadPictures(
  { size, limit, seed }: { readonly size: number; readonly limit: number; readonly seed: number },
  memory: PixelMemory,
  { data, packageFolder, progress }: PrepareContext,
): Promise<Pictures<DecodedPicture>> {
  if (data !== undefined) {
    const { classes, files } = await classFolders(data, limit, seed, progress);
    return { classes, pictures: await decodeAll(files, size, memory, progress) };
  }
  const files = await emojiFiles(packageFolder(googlePackage.name), packageFolder(twitterPackage.name));
  return { classes: emojiClasses, pictures: await decodeAll(files, size, memory, progress) };
}
