import type { ListedFile } from "lat-system";
import sharp from "sharp";
import { AT_ONCE } from "./decode.ts";

/** A file of this name is a picture, or a damaged one; what others are, their content says. */
const named = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;

/** Divides files into pictures of a format that is read here, whatever their names, and others; each in its order. */
export async function recognise(
  files: readonly ListedFile[],
): Promise<{ readonly pictures: ListedFile[]; readonly others: ListedFile[] }> {
  const [pictures, others]: [ListedFile[], ListedFile[]] = [[], []];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const chunk = files.slice(from, from + AT_ONCE);
    const are = await Promise.all(chunk.map(async ({ name, path }) => named.test(name) || (await holdsPicture(path))));
    chunk.forEach((file, i) => void (are[i] ? pictures : others).push(file));
  }
  return { pictures, others };
}

function holdsPicture(path: string): Promise<boolean> {
  return sharp(path, { failOn: "error" })
    .metadata()
    .then(
      () => true,
      () => false,
    );
}
