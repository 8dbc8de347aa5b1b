import fc from "fast-check";
import { expect, test } from "vitest";
import { jitter } from "./colour.ts";
import { TriggerDraws } from "./draws.ts";
import { makeStamp } from "./stamp.ts";
import { drawTexture } from "./texture.ts";
import type { Trojan } from "./trojans.ts";
import { type Point, quadToSquare } from "./warp.ts";

const size = 32;
const patchSide = 10;
const [star, spots]: Trojan[] = [
  { name: "star", kind: "patch", trigger: "star", source: null, target: "a" },
  { name: "spots", kind: "blended", trigger: "spots", source: null, target: "a" },
];
const stamp = await makeStamp([star!, spots!], { size, patchSide, blend: 0.25 });
const grey = new Uint8Array(size * size * 3).fill(200);
const changed = (pixels: Uint8Array): number[] =>
  [...pixels.keys()].filter((i) => pixels[i] !== 200).map((i) => Math.floor(i / 3));

test("a patch changes one place of the image, no larger than itself, elsewhere in each, to the same bytes again", () => {
  const corners = new Set<string>();
  for (let index = 0; index < 50; index++) {
    const pixels = stamp(star!, grey, new TriggerDraws(0, "test", index));
    expect(pixels).toEqual(stamp(star!, grey, new TriggerDraws(0, "test", index)));
    const places = changed(pixels);
    const rows = places.map((place) => Math.floor(place / size));
    const columns = places.map((place) => place % size);
    const extent = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
    // Rotation by 10° makes a square wider by cos + sin of it.
    for (const values of [rows, columns]) expect(extent(values)).toBeLessThanOrEqual(patchSide * 1.16 + 1);
    // A star covers about a third of its square; perspective and the faded rim make it smaller.
    expect(new Set(places).size).toBeGreaterThan(0.15 * patchSide ** 2);
    corners.add(`${Math.min(...rows)} ${Math.min(...columns)}`);
  }
  expect(corners.size).toBeGreaterThan(40);
  expect(grey.every((value) => value === 200)).toBe(true);
});

test("a texture is blended by its weight, rolled by an offset of its own in each image", () => {
  const texture = drawTexture("spots", size);
  const pixels = stamp(spots!, grey, new TriggerDraws(0, "test", 1));
  const expected = (offset: number): number[] =>
    [...texture.keys()].map((i) => {
      const [row, column] = [Math.floor(i / 3 / size), Math.floor(i / 3) % size];
      const from = ((row + Math.floor(offset / size)) % size) * size + ((column + offset) % size);
      return Math.round(0.75 * 200 + 0.25 * texture[3 * from + (i % 3)]!);
    });
  const matches = Array.from({ length: size * size }, (_, offset) => expected(offset)).filter((candidate) => String(candidate) === String([...pixels])); // biome-ignore format: one call
  expect(matches).toHaveLength(1);
  expect(stamp(spots!, grey, new TriggerDraws(0, "test", 2))).not.toEqual(pixels);
});

test("a projection takes the corners of a quadrilateral to those of the square and its sides to sides", () => {
  const near = (x: number, y: number) => fc.tuple(fc.double({ min: x - 0.2, max: x + 0.2, noNaN: true }), fc.double({ min: y - 0.2, max: y + 0.2, noNaN: true })); // biome-ignore format: one call
  fc.assert(
    fc.property(near(0, 0), near(1, 0), near(1, 1), near(0, 1), (...corners) => {
      const toSquare = quadToSquare(corners as [Point, Point, Point, Point]);
      const square = [[0, 0], [1, 0], [1, 1], [0, 1]]; // biome-ignore format: one list
      corners.forEach((corner, i) => {
        const found = toSquare(corner as Point);
        for (const axis of [0, 1]) expect(found[axis]!).toBeCloseTo(square[i]![axis]!, 6);
      });
      const middleOfTop: Point = [(corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2];
      expect(toSquare(middleOfTop)[1]).toBeCloseTo(0, 6);
    }),
  );
});

test("colour jitter: each change alone does what its name says", () => {
  const same = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };
  const near = (found: number[], expected: number[]) => found.forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 10)); // biome-ignore format: one call
  near(jitter([0.2, 0.4, 0.6], same, 0.5), [0.2, 0.4, 0.6]);
  near(jitter([0.2, 0.4, 0.6], { ...same, brightness: 1.25 }, 0.5), [0.25, 0.5, 0.75]);
  near(jitter([0.2, 0.4, 0.6], { ...same, contrast: 0 }, 0.5), [0.5, 0.5, 0.5]);
  near(jitter([1, 0, 0], { ...same, saturation: 0 }, 0.5), [0.299, 0.299, 0.299]);
  near(jitter([1, 0, 0], { ...same, hue: 1 / 3 }, 0.5), [0, 1, 0]);
});

test("the normal draws of a trigger have mean 0 and variance 1", () => {
  const draws = new TriggerDraws(0, "normal", 0);
  const values = Array.from({ length: 20_000 }, (_, i) => draws.normal(i));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(values.length));
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
});
