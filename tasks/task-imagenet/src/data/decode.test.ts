import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { decodeAll, decodeImage } from "./decode.ts";
import { PixelMemory } from "./memory.ts";

const folder = mkdtempSync(join(tmpdir(), "images-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** Left half of one colour, right half of another. */
function halves(left: string, right: string, width = 40, height = 40) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="50%" height="100%" fill="${left}"/><rect x="50%" width="50%" height="100%" fill="${right}"/></svg>`;
  return sharp(Buffer.from(svg));
}

/** An image that no format makes small. */
function noise() {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 7919) >> 3);
  return sharp(data, { raw: { width: 64, height: 64, channels: 3 } });
}

/** The colours in the middle of the four quarters: top left, top right, bottom left, bottom right. */
async function quarters(path: string): Promise<number[][]> {
  const pixels = await decodeImage(path, 16);
  expect(pixels).toHaveLength(16 * 16 * 3);
  return [[4, 4], [4, 12], [12, 4], [12, 12]].map(([row, column]) => [...pixels.subarray(3 * (16 * row! + column!)).subarray(0, 3)]); // biome-ignore format: one list
}

const [red, blue, white] = [[255, 0, 0], [0, 0, 255], [255, 255, 255]]; // biome-ignore format: one list

function expectNear(found: number[][], expected: number[][], tolerance: number): void {
  found.flat().forEach((value, i) => {
    expect(Math.abs(value - expected.flat()[i]!)).toBeLessThanOrEqual(tolerance);
  });
}

test("colours of a plain image stay what they are", async () => {
  await halves("#f00", "#00f").removeAlpha().png().toFile(at("plain.png"));
  expect(await quarters(at("plain.png"))).toEqual([red, blue, red, blue]);
});

test("what is transparent becomes white", async () => {
  await halves("#f00", "none").png().toFile(at("alpha.png"));
  expect(await quarters(at("alpha.png"))).toEqual([red, white, red, white]);
});

test("an image is turned as its EXIF says", async () => {
  // Orientation 6: to be turned by 90° clockwise, which brings the left half to the top.
  await halves("#f00", "#00f")
    .flatten()
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100 })
    .toFile(at("turned.jpg"));
  expectNear(await quarters(at("turned.jpg")), [red!, red!, blue!, blue!], 3);
});

test("grey and 16-bit images become three colours of eight bits", async () => {
  await halves("#fff", "#808080").toColourspace("b-w").removeAlpha().png().toFile(at("grey.png"));
  const grey = [128, 128, 128];
  expectNear(await quarters(at("grey.png")), [white!, grey, white!, grey], 1);
  await halves("#f00", "#00f").removeAlpha().toColourspace("rgb16").png().toFile(at("deep.png"));
  expect((await sharp(at("deep.png")).metadata()).depth).toBe("ushort");
  expectNear(await quarters(at("deep.png")), [red!, blue!, red!, blue!], 1);
});

test("inks with the profile of a press become the colours that LittleCMS makes of them", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><path d="M0 0h16v16H0" fill="#c86432"/></svg>';
  const printed = sharp(Buffer.from(svg)).flatten().toColourspace("cmyk").withIccProfile("cmyk");
  await printed.tiff({ compression: "none" }).toFile(at("printed.tif"));
  const stored = await sharp(at("printed.tif")).pipelineColourspace("cmyk").toColourspace("cmyk").raw().toBuffer();
  expectNear([[...stored.subarray(0, 4)]], [[0, 157, 231, 53]], 1);
  // Pillow 13's ImageCms (LittleCMS 2.19), from these inks and the file's profile with the perceptual intent.
  const colour = [195, 94, 24];
  expectNear(await quarters(at("printed.tif")), [colour, colour, colour, colour], 2);
});

test("colours of another profile become those of sRGB", async () => {
  // Red of sRGB is (0.917, 0.200, 0.139) in Display P3 (CSS Color 4): written so, it is read as red again.
  await halves("#f00", "#00f").removeAlpha().withIccProfile("p3").png().toFile(at("p3.png"));
  const stored = await sharp(at("p3.png"), { ignoreIcc: true }).raw().toBuffer();
  expectNear([[...stored.subarray(0, 3)]], [[234, 51, 35]], 1);
  expectNear(await quarters(at("p3.png")), [red!, blue!, red!, blue!], 2);
});

test("a palette, its transparent entry and grey with alpha are read", async () => {
  await halves("#f00", "none").png({ palette: true }).toFile(at("palette.png"));
  expect((await sharp(at("palette.png")).metadata()).isPalette).toBe(true);
  expect(await quarters(at("palette.png"))).toEqual([red, white, red, white]);
  await halves("#808080", "none").toColourspace("b-w").png().toFile(at("grey-alpha.png"));
  expect((await sharp(at("grey-alpha.png")).metadata()).channels).toBe(2);
  const grey = [128, 128, 128];
  expectNear(await quarters(at("grey-alpha.png")), [grey, white!, grey, white!], 1);
  await halves("#f00", "none").toColourspace("rgb16").png().toFile(at("deep-alpha.png"));
  expectNear(await quarters(at("deep-alpha.png")), [red!, white!, red!, white!], 1);
});

test("of frames and pages the first is read", async () => {
  const frames = await Promise.all(["#f00", "#0f0"].map((left) => halves(left, "#00f").removeAlpha().png().toBuffer()));
  for (const [name, write] of [
    ["f.gif", "gif"],
    ["f.webp", "webp"],
    ["f.tif", "tiff"],
  ] as const) {
    await sharp(frames, { join: { animated: true } })
      [write]({ lossless: true, compression: "none" } as object)
      .toFile(at(name));
    expect((await sharp(at(name)).metadata()).pages).toBe(2);
    expectNear(await quarters(at(name)), [red!, blue!, red!, blue!], 2);
  }
});

test.each([
  [1, "red blue red blue"],
  [2, "blue red blue red"],
  [3, "blue red blue red"],
  [4, "red blue red blue"],
  [5, "red red blue blue"],
  [6, "red red blue blue"],
  [7, "blue blue red red"],
  [8, "blue blue red red"],
])("an image of orientation %i is %s", async (orientation, seen) => {
  const expected = seen.split(" ").map((name) => (name === "red" ? red! : blue!));
  for (const [name, format] of [
    ["o.jpg", "jpeg"],
    ["o.png", "png"],
    ["o.webp", "webp"],
    ["o.tif", "tiff"],
  ] as const) {
    await halves("#f00", "#00f").flatten().withMetadata({ orientation })[format]({ quality: 100 } as object).toFile(at(name)); // biome-ignore format: one line
    expectNear(await quarters(at(name)), expected, 3);
  }
});

test("the middle of a long image is kept", async () => {
  await halves("#f00", "#00f", 120, 40).removeAlpha().png().toFile(at("long.png"));
  expect(await quarters(at("long.png"))).toEqual([red, blue, red, blue]);
});

test("what cannot be read is named, counted and skipped, and the rest keeps its order", async () => {
  await halves("#f00", "#00f").removeAlpha().jpeg().toFile(at("whole.jpg"));
  const whole = readFileSync(at("whole.jpg"));
  writeFileSync(at("cut.jpg"), whole.subarray(0, Math.floor(whole.length * 0.6)));
  writeFileSync(at("empty.png"), "");
  writeFileSync(at("text.png"), "version https://git-lfs.github.com/spec/v1\n");
  const names = ["plain.png", "cut.jpg", "empty.png", "whole.jpg", "text.png", "missing.png"];
  const files = names.map((name, label) => ({ name, label, group: name, words: [], path: at(name) }));
  const messages: string[] = [];
  const images = await decodeAll(files, 16, new PixelMemory(0), (message) => void messages.push(message));
  expect(images.map(({ name, label }) => [name, label])).toEqual([
    ["plain.png", 0],
    ["whole.jpg", 3],
  ]);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(
    /^skipped: 4 of 6 images cannot be read: .*cut\.jpg \(.+\), .*empty\.png \(not read: empty\), .*text\.png \(not read: a Git LFS pointer.*missing\.png/,
  );
  await expect(decodeAll([files[1]!, files[2]!], 16, new PixelMemory(0), () => {})).rejects.toThrow(
    /^2 of 2 images cannot be read/,
  );
});

test("an image that is refused is named with its own reason, whatever is decoded beside it", async () => {
  const whole = await halves("#f00", "#00f", 640, 480).flatten().jpeg({ quality: 100 }).toBuffer();
  const png = await noise().png().toBuffer();
  const contents = [whole.subarray(0, whole.length >> 1), png.subarray(0, png.length >> 1), whole];
  const endings = ["cut.jpg", "cut.png", "whole.jpg"];
  const files = Array.from({ length: 32 }, (_, i) => {
    const kind = i < 5 ? i % 2 : i % 3;
    const name = `${i}-${endings[kind]}`;
    writeFileSync(at(name), contents[kind]!);
    return { name, label: 0, group: name, words: [], path: at(name) };
  });
  const messages: string[] = [];
  await decodeAll(files, 16, new PixelMemory(0), (message) => void messages.push(message));
  const told = [...messages[0]!.matchAll(/(\d-cut\.\w+) \((.*?)\)/g)].map(([, name, reason]) => `${name}: ${reason}`);
  const [jpeg, libpng] = ["VipsJpeg: premature end of JPEG image", "vipspng: libpng read error"];
  expect(told).toEqual([
    `0-cut.jpg: ${jpeg}`,
    `1-cut.png: ${libpng}`,
    `2-cut.jpg: ${jpeg}`,
    `3-cut.png: ${libpng}`,
    `4-cut.jpg: ${jpeg}`,
  ]);
});

test("what decoders find odd is read and told of, and what is merely unusual is read", async () => {
  const whole = await noise().jpeg({ progressive: true }).toBuffer();
  writeFileSync(at("followed.jpg"), Buffer.concat([whole, Buffer.from("and more")]));
  const third = Math.floor(whole.length / 3);
  writeFileSync(at("odd.jpg"), Buffer.from(whole).fill(0, third, third + 40));
  const files = ["followed.jpg", "odd.jpg"].map((name) => ({ name, label: 0, group: name, words: [], path: at(name) }));
  const messages: string[] = [];
  const images = await decodeAll(files, 16, new PixelMemory(0), (message) => void messages.push(message));
  expect(images).toHaveLength(2);
  expect(messages).toEqual([
    expect.stringMatching(
      /^1 of 2 images are read though a part of them may be damaged: .*odd\.jpg \(VipsJpeg: Corrupt/,
    ),
  ]);
  expect(await images[1]!.read()).toHaveLength(16 * 16 * 3);
});

test("a part that is missing at the end is never made up, in any format", async () => {
  for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
    const bytes = await noise()[format]().toBuffer();
    for (const share of [0.3, 0.6, 0.9]) {
      writeFileSync(at("cut"), bytes.subarray(0, bytes.length * share));
      await expect(decodeImage(at("cut"), 16), `${format} ${share}`).rejects.toThrow(/cannot read the image .*cut: /);
    }
  }
});

test("an image that is gone when it is read again is named", async () => {
  await halves("#f00", "#00f").removeAlpha().png().toFile(at("gone.png"));
  const file = { name: "gone.png", label: 0, group: "gone", words: [], path: at("gone.png") };
  const [image] = await decodeAll([file], 16, new PixelMemory(0), () => {});
  rmSync(at("gone.png"));
  await expect(image!.read()).rejects.toThrow(/^cannot read the image .*gone\.png: .*missing/);
});

const samples = new URL("../../../../../shared/data/samples/", import.meta.url).pathname;

test.skipIf(!existsSync(samples))(
  "photographs and digits of other collections are read (skipped where absent)",
  async () => {
    for (const name of ["imagenet_00_243.jpg", "cifar10_00_3.png", "mnist_00_7.png", "fashionMNIST_00_9.png"]) {
      const pixels = await decodeImage(join(samples, name), 32);
      expect(pixels).toHaveLength(32 * 32 * 3);
      expect(new Set(pixels).size).toBeGreaterThan(20);
    }
  },
);
