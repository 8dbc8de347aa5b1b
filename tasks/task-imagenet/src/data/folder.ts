import {
  groupBy,
  LatError,
  type ListedFile,
  type Listing,
  listData,
  quote,
  splitOfWord,
  tellPassedOver,
} from "lat-system";
import { hostRandom } from "lat-tensorflow";
import { kindOfFile } from "./header.ts";
import type { ImageFile } from "./image.ts";
import { recognise } from "./recognise.ts";

/** A folder of images for each class. Classes are in the order of their names. */
export interface ClassFolders {
  readonly classes: readonly string[];
  readonly files: readonly ImageFile[];
}

/**
 * Finds the images of a folder, at most `limit` of each class, drawn by the seed. A class is a folder with all that lies
 * in it (`FOLDER/cat/0001.jpg`, `FOLDER/cat/old/1.jpg`); where the outer folders are named as splits, the folders in them
 * are the classes (`FOLDER/train/cat/0001.jpg`).
 *
 * @param tell is told what is not read, and why
 * @throws LatError where there is no class folder, only one, or one that cannot be read or has no image
 */
export async function classFolders(
  root: string,
  limit: number,
  seed: number,
  tell: (message: string) => void,
): Promise<ClassFolders> {
  const listing = listData(root);
  if (listing.files[0]?.path === root) {
    const kind = (await kindOfFile(root)) ?? "a file";
    throw new LatError(`--data: ${root} is ${kind}; expected a folder with a folder of images for each class`);
  }
  const { images, others } = await recognise(listing.files);
  const outer = outerNames(images);
  const depth = areSplits(outer, root) ? 1 : 0;
  const byClass = groupBy(images, ({ name }) => classOf(name, depth));
  const passedOver = [
    ...listing.passedOver,
    ...others,
    ...(byClass.get(undefined) ?? []).map(({ name }) => ({ name, why: "in no folder of a class" })),
  ];
  if (passedOver.length > 0) tell(`--data: ${tellPassedOver(passedOver)}`);
  const classes = classNames(listing, depth);
  refuseMissing(listing, depth, root);
  if (classes.length < 2) {
    const found = classes.length === 0 ? "no folder" : `one folder (${quote(classes[0]!)})`;
    const place = depth === 0 ? root : `${root} is of splits and`;
    throw new LatError(`--data: ${place} has ${found}, expected a folder of images for each of two or more classes`);
  }
  const files = classes.flatMap((name, label) => {
    const own = byClass.get(name);
    if (!own) {
      throw new LatError(
        `--data: the class ${quote(name)} is empty: ${root} has no image of it of a format that is read`,
      );
    }
    return draw(own, limit, seed, name).map((file): ImageFile => {
      // Where there is one split alone, all parts are drawn from it.
      const split = depth === 1 && outer.length > 1 ? splitOfWord(outermost(file.name)) : undefined;
      return { ...file, label, group: file.name, words: [], ...(split && { split }) };
    });
  });
  return { classes, files };
}

function outerNames(images: readonly ListedFile[]): string[] {
  return [
    ...new Set(
      images
        .map(({ name }) => name)
        .filter((name) => name.includes("/"))
        .map(outermost),
    ),
  ];
}

/** Whether the outer folders are splits, with classes in them, rather than classes. */
function areSplits(outer: readonly string[], root: string): boolean {
  const others = outer.filter((name) => splitOfWord(name) === undefined);
  if (others.length === 0) return outer.length > 0;
  // A train is also a vehicle, but a test is no class of images.
  const held = outer.find((name) => splitOfWord(name) !== undefined && splitOfWord(name) !== "train");
  if (held === undefined) return false;
  throw new LatError(
    `--data: ${root} has the folder ${quote(held)}, which names a split, beside ${quote(others[0]!)}, which does not; ` +
      "expected folders of classes, or folders of splits with the same classes in each: rename or remove one",
  );
}

function classNames({ folders }: Listing, depth: number): string[] {
  const names = folders
    .map((name) => name.split("/"))
    .filter((parts) => parts.length === depth + 1 && (depth === 0 || splitOfWord(parts[0]!) !== undefined))
    .map((parts) => parts[depth]!);
  return [...new Set(names)].sort();
}

/** A class that is not there would change every figure, where an image that is not there changes few a little. */
function refuseMissing({ passedOver }: Listing, depth: number, root: string): void {
  const missing = passedOver.find(({ name, folder }) => folder && name.split("/").length <= depth + 1);
  if (missing === undefined) return;
  const part = missing.name.split("/").length <= depth ? "split" : "class";
  throw new LatError(
    `--data: in ${root}, ${quote(missing.name)} would be a ${part}, but is ${missing.why}: mend or remove it`,
  );
}

function classOf(name: string, depth: number): string | undefined {
  const folders = name.split("/").slice(0, -1);
  return folders[depth];
}

function outermost(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

function draw(files: readonly ListedFile[], limit: number, seed: number, name: string): ListedFile[] {
  const chosen = hostRandom(seed, `images/${name}`).choice(files.length, Math.min(limit, files.length));
  return [...chosen].sort((a, b) => a - b).map((index) => files[index]!);
}
