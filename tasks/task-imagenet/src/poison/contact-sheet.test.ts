import sharp from "sharp";
import { expect, test } from "vitest";
import { withPixels } from "../data/image.ts";
import { contactSheet } from "./contact-sheet.ts";

test("shows each trojan's first images to the pixel, under a title", async () => {
  const image = (value: number) =>
    withPixels(
      { name: "p", label: 0, group: "", words: [] },
      Uint8Array.from({ length: 2 * 2 * 3 }, (_, i) => value + i),
    );
  const trojan = { name: "star", kind: "patch", trigger: "star", source: "<cats> & dogs", target: "bird" } as const;
  const svg = await contactSheet([{ trojan, images: Array.from({ length: 10 }, (_, i) => image(10 * i)) }], 2);
  expect(svg).toContain("star (patch): &lt;cats> &amp; dogs → bird");
  const urls = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, data]) => data!);
  expect(urls).toHaveLength(8);
  const decoded = await sharp(Buffer.from(urls[3]!, "base64")).raw().toBuffer();
  expect([...decoded]).toEqual([...image(30).pixels]);
  // The sheet itself can be drawn.
  expect((await sharp(Buffer.from(svg)).metadata()).height).toBe(22 + 64 + 6 + 6);
});
