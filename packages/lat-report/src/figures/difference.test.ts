import { LatError } from "lat-system";
import { expect, test } from "vitest";
import { pictureUrl, pixelsOf } from "../testing/picture.ts";
import { differenceUrl } from "./difference.ts";

test("is ten times what each pixel changed, whichever way, up to white", async () => {
  const before = await pictureUrl([0, 100, 200, 255, 9, 8], 2);
  const after = await pictureUrl([1, 90, 200, 0, 9, 33], 2);
  expect(await pixelsOf(await differenceUrl(before, after, "a"))).toEqual([10, 100, 0, 255, 0, 250]);
});

test("of what is no picture, or of pictures of two sizes, is refused by name", async () => {
  const [small, large] = await Promise.all([pictureUrl([1, 2, 3]), pictureUrl([1, 2, 3, 4, 5, 6], 2)]);
  const broken = "data:image/png;base64,AAAA";
  await expect(differenceUrl(small, broken, "star, a.png")).rejects.toThrow(/^star, a\.png: a picture of it is not/);
  await expect(differenceUrl(small, large, "star, a.png")).rejects.toThrow(
    new LatError("star, a.png: the pictures before and after differ in size (1 × 1, 2 × 1)"),
  );
});
