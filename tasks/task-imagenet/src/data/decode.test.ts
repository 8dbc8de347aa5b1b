import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { decodeAll, decodePicture } from "./decode.ts";
import { PixelMemory } from "./memory.ts";

const folder = mkdtempSync(join(tmpdir(), "pictures-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** Left half of one colour, right half of another. */
function halves(left: string, right: string, width = 40, height = 40) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="50%" height="100%" fill="${left}"/><rect x="50%" width="50%" height="100%" fill="${right}"/></svg>`;
  return sharp(Buffer.from(svg));
}

/** The colours in the middle of the four quarters: top left, top right, bottom left, bottom right. */
async function quarters(path: string): Promise<number[][]> {
  const pixels = await decodePicture(path, 16);
  expect(pixels).toHaveLength(16 * 16 * 3);
  return [[4, 4], [4, 12], [12, 4], [12, 12]].map(([row, column]) => [...pixels.subarray(3 * (16 * row! + column!)).subarray(0, 3)]); // biome-ignore format: one list
}

const [red, blue, white] = [[255, 0, 0], [0, 0, 255], [255, 255, 255]]; // biome-ignore format: one list

function expectNear(found: number[][], expected: number[][], tolerance: number): void {
  found.flat().forEach((value, i) => {
    expect(Math.abs(value - expected.flat()[i]!)).toBeLessThanOrEqual(tolerance);
  });
}

test("colours of a plain picture stay what they are", async () => {
  await halves("#f00", "#00f").removeAlpha().png().toFile(at("plain.png"));
  expect(await quarters(at("plain.png"))).toEqual([red, blue, red, blue]);
});

test("what is transparent becomes white", async () => {
  await halves("#f00", "none").png().toFile(at("alpha.png"));
  expect(await quarters(at("alpha.png"))).toEqual([red, white, red, white]);
});

test("a picture is turned as its EXIF says", async () => {
  // Orientation 6: to be turned by 90° clockwise, which brings the left half to the top.
  await halves("#f00", "#00f")
    .flatten()
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100 })
    .toFile(at("turned.jpg"));
  expectNear(await quarters(at("turned.jpg")), [red!, red!, blue!, blue!], 3);
});

test("grey, 16-bit and CMYK pictures become three colours of eight bits", async () => {
  await halves("#fff", "#808080").toColourspace("b-w").removeAlpha().png().toFile(at("grey.png"));
  const grey = [128, 128, 128];
  expectNear(await quarters(at("grey.png")), [white!, grey, white!, grey], 1);
  await halves("#f00", "#00f").removeAlpha().toColourspace("rgb16").png().toFile(at("deep.png"));
  expect((await sharp(at("deep.png")).metadata()).depth).toBe("ushort");
  expectNear(await quarters(at("deep.png")), [red!, blue!, red!, blue!], 1);
  await halves("#fff", "#000").flatten().toColourspace("cmyk").jpeg({ quality: 100 }).toFile(at("cmyk.jpg"));
  expect((await sharp(at("cmyk.jpg")).metadata()).space).toBe("cmyk");
  // The inks of a press are less black than black.
  expectNear(await quarters(at("cmyk.jpg")), [white!, [0, 0, 0], white!, [0, 0, 0]], 60);
});

test("the middle of a long picture is kept", async () => {
  await halves("#f00", "#00f", 120, 40).removeAlpha().png().toFile(at("long.png"));
  expect(await quarters(at("long.png"))).toEqual([red, blue, red, blue]);
});

test("what cannot be read is named, counted and skipped, and the rest keeps its order", async () => {
  await halves("#f00", "#00f").removeAlpha().jpeg().toFile(at("whole.jpg"));
  const whole = readFileSync(at("whole.jpg"));
  writeFileSync(at("cut.jpg"), whole.subarray(0, Math.floor(whole.length * 0.6)));
  writeFileSync(at("empty.png"), "");
  writeFileSync(at("text.png"), "this is no picture");
  const names = ["plain.png", "cut.jpg", "empty.png", "whole.jpg", "text.png", "missing.png"];
  const files = names.map((name, label) => ({ name, label, group: name, words: [], path: at(name) }));
  const messages: string[] = [];
  const pictures = await decodeAll(files, 16, new PixelMemory(0), (message) => void messages.push(message));
  expect(pictures.map(({ name, label }) => [name, label])).toEqual([
    ["plain.png", 0],
    ["whole.jpg", 3],
  ]);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(
    /^skipped: 4 of 6 pictures cannot be read: .*cut\.jpg \(.+\), .*empty\.png .*text\.png .*missing\.png/,
  );
  await expect(decodeAll([files[1]!, files[2]!], 16, new PixelMemory(0), () => {})).rejects.toThrow(
    /^2 of 2 pictures cannot be read/,
  );
});

test("a picture that is gone when it is read again is named", async () => {
  await halves("#f00", "#00f").removeAlpha().png().toFile(at("gone.png"));
  const file = { name: "gone.png", label: 0, group: "gone", words: [], path: at("gone.png") };
  const [picture] = await decodeAll([file], 16, new PixelMemory(0), () => {});
  rmSync(at("gone.png"));
  await expect(picture!.read()).rejects.toThrow(/^cannot read the picture .*gone\.png: .*missing/);
});

const samples = new URL("../../../../../shared/data/samples/", import.meta.url).pathname;

test.skipIf(!existsSync(samples))(
  "photographs and digits of other collections are read (skipped where absent)",
  async () => {
    for (const name of ["imagenet_00_243.jpg", "cifar10_00_3.png", "mnist_00_7.png", "fashionMNIST_00_9.png"]) {
      const pixels = await decodePicture(join(samples, name), 32);
      expect(pixels).toHaveLength(32 * 32 * 3);
      expect(new Set(pixels).size).toBeGreaterThan(20);
    }
  },
);
