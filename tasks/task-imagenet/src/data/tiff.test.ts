import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { madeTiff } from "../testing/made-tiff.ts";
import { tiffSamples } from "./tiff.ts";

async function written(content: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tiff-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  writeFileSync(join(folder, "a.tif"), content);
  return join(folder, "a.tif");
}

const image = { width: 4, height: 4, samples: 4, data: new Uint8Array(64), photometric: 2, format: 1 };

test.each([true, false])("reads the fields of a TIFF (little-endian: %s)", async (littleEndian) => {
  const path = await written(madeTiff({ ...image, extra: [2], littleEndian }));
  expect(await sharp(path).metadata()).toMatchObject({ format: "tiff", width: 4, channels: 4 });
  expect(await tiffSamples(path)).toEqual({ photometric: 2, compression: 1, perPixel: 4, extra: 2 });
});

test("reads the fields of a BigTIFF", async () => {
  const rgba = sharp({ create: { width: 4, height: 4, channels: 4, background: "#f008" } });
  const path = await written(await rgba.tiff({ bigtiff: true, compression: "lzw" }).toBuffer());
  expect(await tiffSamples(path)).toEqual({ photometric: 2, compression: 5, perPixel: 4, extra: 2 });
});

test("a file that ends in its header is answered", async () => {
  await expect(tiffSamples(await written(madeTiff(image).subarray(0, 100)))).rejects.toThrow(/ends inside its header/);
});
