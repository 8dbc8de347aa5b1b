import { expect, test } from "vitest";
import { configuration } from "./configuration.ts";
import { imageStyle, renderPng } from "./image.ts";
import type { Figure } from "./render.ts";

const titled = (text: string): Figure => ({
  config: configuration(imageStyle),
  title: { text },
  width: 200,
  height: 50,
  data: { values: [] },
  mark: "point",
});

test("text is drawn whatever fonts the system has", async () => {
  const [first, again, other] = await Promise.all(["ε → 8", "ε → 8", "ε → 9"].map((text) => renderPng(titled(text))));
  expect([...first!.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  expect(first!.equals(again!)).toBe(true);
  expect(first!.equals(other!)).toBe(false);
});
