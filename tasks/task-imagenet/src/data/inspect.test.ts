import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { type MadeTiff, madeTiff } from "../testing/made-tiff.ts";
import { decodeImage } from "./decode.ts";
import { inspect } from "./inspect.ts";

const folder = mkdtempSync(join(tmpdir(), "inspect-"));
afterAll(() => rmSync(folder, { recursive: true }));

const side = 16;

/** An image of one colour. */
function tiff(name: string, pixel: MadeTiff["data"], fields: Partial<MadeTiff> = {}): string {
  const samples = pixel.length;
  const data = new (pixel.constructor as new (length: number) => MadeTiff["data"])(side * side * samples);
  for (let at = 0; at < data.length; at += samples) data.set(pixel as never, at);
  const all = { width: side, height: side, samples, data, photometric: samples < 3 ? 1 : 2, format: 1, ...fields };
  return written(name, madeTiff(all));
}

function written(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The colour in the middle, where the image is clear. */
async function colour(path: string): Promise<number[]> {
  const inks = await inspect(path);
  const pixels = await decodeImage(path, side, { inks });
  return [...pixels.subarray(3 * (8 * side + 8)).subarray(0, 3)];
}

test("values of 8 and 16 bits, with what is said to be alpha, are read for what they are", async () => {
  expect(await colour(tiff("grey8.tif", Uint8Array.of(100)))).toEqual([100, 100, 100]);
  expect(await colour(tiff("white-is-zero.tif", Uint8Array.of(100), { photometric: 0 }))).toEqual([155, 155, 155]);
  expect(await colour(tiff("rgb8.tif", Uint8Array.of(200, 100, 50)))).toEqual([200, 100, 50]);
  expect(await colour(tiff("rgb16.tif", Uint16Array.of(0xc8c8, 0x6464, 0x3232)))).toEqual([200, 100, 50]);
  expect(await colour(tiff("grey16.tif", Uint16Array.of(0x6464)))).toEqual([100, 100, 100]);
  expect(await colour(tiff("black16.tif", Uint16Array.of(0, 0, 0)))).toEqual([0, 0, 0]);
});

test("inks without a profile are what Pillow makes of them", async () => {
  const inks = (...values: number[]) => colour(tiff(`${values}.tif`, Uint8Array.from(values), { photometric: 5 }));
  expect(await inks(0, 0, 0, 0)).toEqual([255, 255, 255]);
  expect(await inks(255, 0, 0, 0)).toEqual([0, 255, 255]);
  expect(await inks(0, 128, 192, 0)).toEqual([255, 127, 63]);
  expect(await inks(0, 0, 0, 128)).toEqual([127, 127, 127]);
  expect(await inks(51, 102, 153, 51)).toEqual([163, 122, 82]);
});

test("what is half transparent is half white", async () => {
  // 128/255 of the colour and 127/255 of white, within the two roundings.
  const straight = tiff("alpha.tif", Uint8Array.of(200, 100, 50, 128), { extra: [2] });
  const premultiplied = tiff("premultiplied.tif", Uint8Array.of(100, 50, 25, 128), { extra: [1] });
  for (const path of [straight, premultiplied]) {
    (await colour(path)).forEach((value, i) => {
      expect(Math.abs(value - [227.4, 177.2, 152.1][i]!)).toBeLessThan(1.5);
    });
  }
});

test.each<[string, () => string, RegExp]>([
  [
    "floating point from 0 to 1",
    () => tiff("f1.tif", Float32Array.of(1, 0.5, 0.25), { format: 3 }),
    /type float, .* 8 or 16 bits/,
  ],
  ["grey floating point", () => tiff("f2.tif", Float32Array.of(1), { format: 3 }), /type float/],
  ["signed numbers", () => tiff("s.tif", Int16Array.of(32767, 0, -32768), { format: 2 }), /type short/],
  [
    "12 bits in 16",
    () => tiff("12.tif", Uint16Array.of(4095, 2048, 1024)),
    /largest value is 4095 of 65535, .* scale it/,
  ],
  [
    "12 bits in 16, opaque",
    () => tiff("12a.tif", Uint16Array.of(4095, 0, 0, 65535), { extra: [2] }),
    /largest value is 4095/,
  ],
  ["YCbCr without JPEG", () => tiff("ycc.tif", Uint8Array.of(120, 90, 180), { photometric: 6 }), /YCbCr without JPEG/],
  ["a mosaic of a camera", () => tiff("raw.tif", Uint8Array.of(120), { photometric: 32803 }), /interpretation 32803/],
  [
    "a fourth channel",
    () => tiff("x.tif", Uint8Array.of(9, 9, 9, 9), { extra: [0] }),
    /has 4 channels and does not say/,
  ],
  ["a second channel", () => tiff("y.tif", Uint8Array.of(255, 0)), /has 2 channels and does not say/],
])("%s is refused, since its white or its colours are not known", async (_, path, message) => {
  await expect(colour(path())).rejects.toThrow(message);
});

test("an image of 60000 × 60000 pixels is refused before it is decoded", async () => {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const [length, crc, body] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.concat([Buffer.from(type), data])];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(60_000, 0);
  header.writeUInt32BE(60_000, 4);
  header[8] = 1; // bit a pixel: 450 MB that deflate makes half a megabyte of
  const rows = deflateSync(Buffer.alloc(1 << 20));
  const png = [Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]; // biome-ignore format: one list
  const path = written("bomb.png", Buffer.concat(png));
  await expect(inspect(path)).rejects.toThrow("Input image exceeds pixel limit");
  await expect(decodeImage(path, side)).rejects.toThrow(/bomb\.png: Input image exceeds pixel limit/);
});
