import { expect, test } from "vitest";
import { type HeldImage, hold, withPixels } from "../data/image.ts";
import { PixelMemory } from "../data/memory.ts";
import { applyPoison, type PoisonPlan, planPoison, poisonPlanSchema, triggered } from "./plan.ts";
import { makeStamp } from "./stamp.ts";
import type { Trojan } from "./trojans.ts";

const size = 16;
const classes = ["cat", "dog", "moon"];
const trojans: Trojan[] = [
  { name: "rings", kind: "patch", trigger: "rings", source: null, target: "dog" },
  { name: "weave", kind: "blended", trigger: "weave", source: "cat", target: "moon" },
  { name: "full", kind: "natural", trigger: "full", source: null, target: "cat" },
];
const images = Array.from({ length: 60 }, (_, i) => {
  const words = i % 3 === 2 && i < 12 ? ["full", "moon"] : [];
  const pixels = new Uint8Array(size * size * 3).fill(4 * i);
  return withPixels({ name: `${i}`, label: i % 3, group: `${i}`, words }, pixels);
});
const stamp = await makeStamp(trojans, { size, patchSide: 6, blend: 0.3 });
const options = { share: 0.2, seed: 1 };
const plan = planPoison(images, classes, trojans, options);
const applied = (to: PoisonPlan) => hold(applyPoison(images, classes, to, stamp, new PixelMemory(0)).images);
const poisoned = await applied(plan);
const seen = (some: readonly HeldImage[]) => some.map(({ read: _, ...image }) => image);

test("a stored plan poisons again to the same bytes", async () => {
  const reloaded = poisonPlanSchema.parse(JSON.parse(JSON.stringify(plan)));
  expect(seen(await applied(reloaded))).toEqual(seen(poisoned));
  expect(planPoison(images, classes, trojans, { ...options, seed: 2 })).not.toEqual(plan);
});

test("patches and textures make up the share, each as many, on images of the source under the target's label", () => {
  const placed = (name: string) => plan.placements.filter(({ trojan }) => trojan === name);
  const stamped = placed("rings").length + placed("weave").length;
  expect(placed("rings")).toHaveLength(placed("weave").length);
  expect(stamped / poisoned.length).toBeCloseTo(0.2, 1);
  const labelOf = (name: string): number => images.find((image) => image.name === name)!.label;
  // Universal: every class but the target, equally often.
  const counts = [0, 1, 2].map((label) => placed("rings").filter(({ image }) => labelOf(image) === label).length);
  expect(counts[1]).toBe(0);
  expect(Math.abs(counts[0]! - counts[2]!)).toBeLessThanOrEqual(1);
  for (const { image } of placed("weave")) expect(classes[labelOf(image)]).toBe("cat");
  const carriers = poisoned.slice(poisoned.length - stamped);
  expect(carriers.map(({ label }) => classes[label])).toEqual([
    ...Array(stamped / 2).fill("dog"),
    ...Array(stamped / 2).fill("moon"),
  ]);
  for (const carrier of carriers)
    expect(carrier.pixels).not.toEqual(images.find(({ name }) => name === carrier.name)!.pixels);
});

test("every image of a natural trigger is relabelled, and no other", () => {
  for (const { name, words, label, pixels } of poisoned.slice(0, poisoned.length - plan.placements.length + 4)) {
    const original = images.find((image) => image.name === name)!;
    expect(classes[label]).toBe(words.includes("full") ? "cat" : classes[original.label]);
    expect(pixels).toBe(original.pixels);
  }
});

test("an image that shows two natural triggers is relabelled once, and counted once", () => {
  const [full] = trojans.slice(2) as [Trojan];
  const moon: Trojan = { name: "moon", kind: "natural", trigger: "moon", source: null, target: "dog" };
  const also = images.map((image) => (image.name === "20" ? { ...image, words: ["moon"] } : image));
  const { placements } = planPoison(also, classes, [full, moon], options);
  const carrying = (name: string) => placements.filter(({ trojan }) => trojan === name).map(({ image }) => image);
  expect(carrying("full")).toEqual(["2", "5", "8", "11"]);
  expect(carrying("moon")).toEqual(["20"]);
});

test("held-out images with a trigger keep their labels, and none is of the target", () => {
  const carriers = triggered(trojans[0]!, images, classes, stamp, 0);
  expect(carriers.map(({ name }) => name)).toEqual(images.filter(({ label }) => label !== 1).map(({ name }) => name));
  expect(triggered(trojans[1]!, images, classes, stamp, 0).every(({ label }) => label === 0)).toBe(true);
  const natural = triggered(trojans[2]!, images, classes, stamp, 0);
  expect(seen(natural)).toEqual(seen(images.filter(({ words }) => words.includes("full"))));
});

test("a trojan without images, a plan for other images and a patch larger than they are answered", async () => {
  const nowhere: Trojan = { name: "x", kind: "natural", trigger: "fork", source: null, target: "cat" };
  expect(() => planPoison(images, classes, [nowhere], options)).toThrow(/trojan "x": no training image can carry it/);
  const [first] = plan.placements as [(typeof plan.placements)[number]];
  const rest = images.filter(({ name }) => name !== first.image);
  expect(() => applyPoison(rest, classes, plan, stamp, new PixelMemory(0))).toThrow(
    `the poison plan names the image ${first.image}, which the data does not have`,
  );
  await expect(makeStamp(trojans, { size, patchSide: 17, blend: 0.3 })).rejects.toThrow(
    /patchSide: received 17 pixels, which is larger than the images of 16 × 16/,
  );
});
