import sharp from "sharp";
import { expect, test } from "vitest";
import { decodePng, encodePng } from "./png.ts";

const url = (png: Buffer) => `data:image/png;base64,${png.toString("base64")}`;

test("pixels come back as they were", async () => {
  const pixels = { width: 2, height: 1, data: Uint8Array.from([0, 100, 200, 255, 9, 8]) };
  const back = await decodePng(await encodePng(pixels), "a");
  expect({ ...back, data: [...back.data] }).toEqual({ ...pixels, data: [...pixels.data] });
});

test("a grey image has three equal colours, a transparent pixel is white", async () => {
  const grey = await sharp(Uint8Array.from([7, 200]), { raw: { width: 2, height: 1, channels: 1 } }).png().toBuffer(); // biome-ignore format: one call
  expect([...(await decodePng(url(grey), "a")).data]).toEqual([7, 7, 7, 200, 200, 200]);
  const clear = await sharp(Uint8Array.from([1, 2, 3, 0]), { raw: { width: 1, height: 1, channels: 4 } }).png().toBuffer(); // biome-ignore format: one call
  expect([...(await decodePng(url(clear), "a")).data]).toEqual([255, 255, 255]);
});

test("what is no image, or half of one, is refused by name", async () => {
  const whole = await sharp(new Uint8Array(64 * 64 * 3), { raw: { width: 64, height: 64, channels: 3 } }).png().toBuffer(); // biome-ignore format: one call
  for (const file of [Buffer.from("no image"), Buffer.alloc(0), whole.subarray(0, whole.length / 2)]) {
    await expect(decodePng(url(file), "star, a.png")).rejects.toThrow(/^star, a\.png: an image of it is not a PNG; /);
  }
});
