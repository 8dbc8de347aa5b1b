import { LatError } from "lat-system";
import { expect, test } from "vitest";
import { difference } from "./difference.ts";
import type { Pixels } from "./png.ts";

const pixels = (width: number, height: number, ...data: number[]): Pixels => ({
  ...{ width, height },
  data: Uint8Array.from(data),
});

test("is ten times what each pixel changed, whichever way, up to white", () => {
  const [before, after] = [pixels(2, 1, 0, 100, 200, 255, 9, 8), pixels(2, 1, 1, 90, 200, 0, 9, 33)];
  expect(difference(before, after, "a")).toEqual(pixels(2, 1, 10, 100, 0, 255, 0, 250));
});

test("of images of two sizes is refused by name", () => {
  expect(() => difference(pixels(1, 2, 0, 0, 0, 0, 0, 0), pixels(2, 1, 0, 0, 0, 0, 0, 0), "star, a.png")).toThrow(
    new LatError("star, a.png: the images before and after differ in size (1 × 2, 2 × 1)"),
  );
});
