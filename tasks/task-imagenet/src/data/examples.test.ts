import { expect, test } from "vitest";
import { drawChange } from "./augment.ts";
import { colourStatistics, colourSums } from "./colours.ts";
import { balanced, imageExamples } from "./examples.ts";
import { withPixels } from "./image.ts";

const image = (label: number, reds: number[]) =>
  withPixels(
    { name: `${label}/${reds}`, label, group: "", words: [] },
    Uint8Array.from(reds.flatMap((value) => [value, 0, 255])),
  );
/** 3 × 3, numbered by rows. */
const numbered = image(1, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
const red = (data: Float32Array | Int32Array): number[] => Array.from(data.filter((_, i) => i % 3 === 0), (value) => Math.round(value * 255)); // biome-ignore format: one call

test("a batch holds images in [0, 1] and their labels, as they are outside of training", async () => {
  const set = imageExamples([image(0, Array(9).fill(51)), numbered], 3, { flip: true, shift: 2 });
  const { pixels, labels } = await set.batch([1, 0, 1]);
  expect(pixels!.shape).toEqual([3, 3, 3, 3]);
  expect([...labels!.data]).toEqual([1, 0, 1]);
  expect(red(pixels!.data.subarray(0, 27))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...pixels!.data.subarray(27, 30)].map((value) => value.toFixed(3))).toEqual(["0.200", "0.000", "1.000"]);
});

test("in training each image is mirrored or moved by (seed, epoch, index), its border repeated", async () => {
  const options = { flip: true, shift: 1 };
  const set = imageExamples(Array(64).fill(numbered), 3, options);
  const all = Array.from({ length: 64 }, (_, i) => i);
  const drawn = await set.batch(all, undefined, { seed: 3, epoch: 5 });
  const rows = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]; // biome-ignore format: one list
  const seen = new Set<string>();
  for (const index of all) {
    const { mirror, down, right } = drawChange(options, 3, 5, index);
    const inside = (i: number): number => Math.min(2, Math.max(0, i));
    const expected = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => rows[inside(row + down)]![inside((mirror ? 2 - column : column) + right)])); // biome-ignore format: one expression
    const found = red(drawn.pixels!.data.subarray(27 * index, 27 * (index + 1)));
    expect(found).toEqual(expected);
    seen.add(String(found));
  }
  expect(seen.size).toBeGreaterThan(12); // of 18 possible
  const alone = await set.batch([9], undefined, { seed: 3, epoch: 5 });
  expect(alone.pixels!.data).toEqual(drawn.pixels!.data.slice(27 * 9, 27 * 10));
  expect(await set.batch(all, undefined, { seed: 3, epoch: 6 })).not.toEqual(drawn);
  expect(await set.batch(all, undefined, { seed: 4, epoch: 5 })).not.toEqual(drawn);
});

test("balanced repeats the images of smaller classes in turn", () => {
  const [a, b, c, d] = [image(0, [1]), image(1, [2]), image(1, [3]), image(1, [4])];
  expect(balanced([a!, b!, c!, d!])).toEqual([a, a, a, b, c, d]);
});

test("colour statistics are those of all pixels", () => {
  const { mean, std } = colourStatistics(
    [image(0, [0, 255]), image(0, [255, 255])].map(({ pixels }) => colourSums(pixels)),
  );
  expect(mean).toEqual([0.75, 0, 1]);
  expect(std[0]).toBeCloseTo(Math.sqrt(3) / 4, 12);
  expect(std[1]).toBe(1 / 255);
});
