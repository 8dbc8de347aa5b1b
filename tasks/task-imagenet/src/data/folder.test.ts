import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { classFolders } from "./folder.ts";
import { loadImages } from "./load.ts";
import { PixelMemory } from "./memory.ts";

const root = mkdtempSync(join(tmpdir(), "classes-"));
afterAll(() => rmSync(root, { recursive: true }));

function made(name: string, classes: Readonly<Record<string, number>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [label, count] of Object.entries(classes)) {
    mkdirSync(join(folder, label));
    for (let i = 0; i < count; i++) writeFileSync(join(folder, label, `${i}.png`), "");
  }
  return folder;
}

/** The folder with these files beside its classes. */
function withFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** What is found, and what is told. */
async function found(folder: string, limit = 99, seed = 0) {
  const told: string[] = [];
  const { classes, files } = await classFolders(folder, limit, seed, (message) => void told.push(message));
  return { classes, files, names: files.map(({ name }) => name), told };
}

test("every folder is a class, in the order of the names, and gives no more than the limit", async () => {
  const folder = made("pets", { dog: 5, cat: 3 });
  const { classes, files, told } = await found(folder, 4);
  expect(classes).toEqual(["cat", "dog"]);
  expect(files.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  expect(files[0]).toEqual({
    name: "cat/0.png",
    label: 0,
    group: "cat/0.png",
    words: [],
    path: join(folder, "cat/0.png"),
  });
  expect(told).toEqual([]);
  expect(await found(folder, 4)).toMatchObject({ classes, files });
  const drawn = await Promise.all([0, 1, 2, 3, 4].map(async (seed) => String((await found(folder, 2, seed)).names)));
  expect(new Set(drawn).size).toBeGreaterThan(1);
});

test("links to classes and images, nested folders, capitals and other endings are no reason to leave something out", async () => {
  const elsewhere = made("elsewhere", { cow: 2 });
  const folder = withFiles(made("linked", { cat: 1 }), { "cat/old/b/1.JPG": "", "cat/2.jfif": "" });
  symlinkSync(join(elsewhere, "cow"), join(folder, "cow"));
  symlinkSync(join(elsewhere, "cow/1.png"), join(folder, "cat/3.png"));
  const { classes, names, told } = await found(folder);
  expect(classes).toEqual(["cat", "cow"]);
  expect(names).toEqual(["cat/0.png", "cat/2.jfif", "cat/3.png", "cat/old/b/1.JPG", "cow/0.png", "cow/1.png"]);
  expect(told).toEqual([]);
});

test("an image is known by its content where its name does not say it, and what is none is told of", async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const [png, webp] = [await sharp(svg).png().toBuffer(), await sharp(svg).webp().toBuffer()];
  const folder = withFiles(made("odd", { cat: 1, dog: 1 }), {
    "cat/n02123045_1": png,
    "cat/1.image": webp,
    "cat/drawn.svg": svg,
    "cat/old.bmp": "BM\x46\x0c\0\0\0\0\0\0\x36",
    "dog/raw.ppm": "P6 1 1 255 ",
    "dog/._0.png": "",
    "dog/notes.txt": "see the album",
    "outside.png": png,
    "labels.csv": "id,label",
  });
  const { names, told } = await found(folder);
  expect(names).toEqual(["cat/0.png", "cat/1.image", "cat/drawn.svg", "cat/n02123045_1", "dog/0.png"]);
  expect(told).toEqual([
    '--data: 6 passed over: 1 left behind by a system or a program, or hidden ("dog/._0.png"); ' +
      '1 not read: a BMP image ("cat/old.bmp"); 2 no image of a format that is read ("dog/notes.txt", "labels.csv"); ' +
      '1 not read: a PNM image (.ppm, .pgm, .pbm) ("dog/raw.ppm"); 1 in no folder of a class ("outside.png")',
  ]);
});

test("folders of splits hold the classes, and each image knows its split", async () => {
  const folder = made("splits", { Train: 0, val: 0, test: 0 });
  withFiles(folder, {
    "Train/cat/1.png": "",
    "Train/train/1.png": "",
    "val/cat/1.png": "",
    "val/train/1.png": "",
    "test/train/1.png": "",
    "test/x.png": "",
    "notes/a.txt": "",
  });
  const { classes, files, told } = await found(folder);
  expect(classes).toEqual(["cat", "train"]);
  expect(files.map(({ name, label, split }) => [name, label, split])).toEqual([
    ["Train/cat/1.png", 0, "train"],
    ["val/cat/1.png", 0, "validation"],
    ["Train/train/1.png", 1, "train"],
    ["test/train/1.png", 1, "test"],
    ["val/train/1.png", 1, "validation"],
  ]);
  expect(told).toEqual([expect.stringContaining('1 in no folder of a class ("test/x.png")')]);
  const one = withFiles(made("one-split", {}), { "train/cat/1.png": "", "train/dog/1.png": "" });
  expect((await found(one)).files.map(({ split }) => split)).toEqual([undefined, undefined]);
});

test("a split that is another one again is refused", async () => {
  const folder = withFiles(made("twice", {}), { "train/cat/1.png": "", "train/dog/1.png": "" });
  symlinkSync("train", join(folder, "test"));
  await expect(found(folder)).rejects.toThrow(/"test" would be a split, but is the same folder as "train"/);
});

test("a train may be a class, a test beside classes is refused", async () => {
  expect((await found(made("vehicles", { car: 1, train: 1 }))).classes).toEqual(["car", "train"]);
  await expect(found(made("mixed", { car: 1, test: 1 }))).rejects.toThrow(
    /the folder "test", which names a split, beside "car", which does not/,
  );
});

test("no class, one class, an empty class and a missing folder are answered", async () => {
  await expect(found(made("none", {}))).rejects.toThrow(/none has no folder, expected .* two or more classes/);
  await expect(found(made("one", { dog: 3 }))).rejects.toThrow(/one folder \("dog"\), expected/);
  await expect(found(made("empty", { dog: 3, cat: 0 }))).rejects.toThrow(/the class "cat" is empty: .*empty has no/);
  await expect(found(join(root, "absent"))).rejects.toThrow(/absent: no such file or folder/);
  const zip = join(withFiles(made("file", {}), { "pets.zip": "PK\x03\x04" }), "pets.zip");
  await expect(found(zip)).rejects.toThrow(/pets\.zip is a zip archive; expected a folder with a folder/);
});

test("a class that is a link to nothing, or another class again, is refused", async () => {
  const folder = made("broken", { cat: 1, dog: 1 });
  symlinkSync("nowhere", join(folder, "dog/2.png"));
  expect((await found(folder)).told).toEqual(['--data: 1 passed over: 1 a link to nothing ("dog/2.png")']);
  symlinkSync("cat", join(folder, "feline"));
  await expect(found(folder)).rejects.toThrow(/"feline" would be a class, but is the same folder as "cat": mend/);
  rmSync(join(folder, "feline"));
  symlinkSync("/no/such/disk/cow", join(folder, "cow"));
  await expect(found(folder)).rejects.toThrow(/"cow" would be a class, but is a link to nothing: mend or remove it/);
});

const cifar = new URL("../../../../../shared/data/cifar10/test.tar.gz", import.meta.url).pathname;

test.skipIf(!existsSync(cifar))("reads CIFAR-10 as a folder (skipped where it is absent)", async () => {
  execFileSync("tar", ["xzf", cifar, "-C", root]);
  const context = { data: join(root, "test"), packageFolder: () => "", progress: () => {} };
  const { classes, images } = await loadImages({ size: 32, limit: 20, seed: 0 }, new PixelMemory(0), context);
  expect(classes).toEqual(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);
  expect(images).toHaveLength(200);
});
