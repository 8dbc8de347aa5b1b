import type { ListedFile, PassedOver } from "lat-system";
import { AT_ONCE } from "./decode.ts";
import { NotReadError, readHeader } from "./header.ts";

/** A file of this name is an image, or a damaged one; what others are, their content says. */
const named = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;

/** Finds the images among files, whatever their names, and says what the others are; each in its order. */
export async function recognise(
  files: readonly ListedFile[],
): Promise<{ readonly images: ListedFile[]; readonly others: PassedOver[] }> {
  const images: ListedFile[] = [];
  const others: PassedOver[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const chunk = files.slice(from, from + AT_ONCE);
    const reasons = await Promise.all(chunk.map(({ name, path }) => (named.test(name) ? undefined : whyNone(path))));
    chunk.forEach((file, i) => {
      const why = reasons[i];
      if (why === undefined) images.push(file);
      else others.push({ name: file.name, why });
    });
  }
  return { images, others };
}

/** Why a file is no image of a format that is read. Undefined where it is one, if only a broken one. */
async function whyNone(path: string): Promise<string | undefined> {
  const problem = await readHeader(path).catch((error: unknown) => error);
  return problem instanceof NotReadError ? problem.message : undefined;
}
