import { expect, test } from "vitest";
import type { Described, WithContent } from "./image.ts";
import { split } from "./split.ts";

const options = { seed: 0, testShare: 0.3, testLimit: 15, validationShare: 0.1 };

/** `groups` groups of two images; those of a number divisible by 4 show a moon. */
function made(label: number, groups: number): (Described & WithContent)[] {
  return Array.from({ length: 2 * groups }, (_, i) => {
    const group = `${label}-${i >> 1}`;
    const words = (i >> 1) % 4 === 0 ? ["moon"] : [];
    return { name: `${group}-${i % 2}`, label, group, words, content: `pixels of ${group}-${i % 2}` };
  });
}

const images = [...made(0, 40), ...made(1, 100)];
const parts = split({ classes: ["a", "b"], images }, ["moon"], options);

test("no group is in two parts, and nothing is lost or repeated", () => {
  const groups = [parts.train, parts.validation, parts.test].map((part) => [
    ...new Set(part.map(({ group }) => group)),
  ]);
  expect(new Set(groups.flat()).size).toBe(groups.flat().length);
  const names = [parts.train, parts.validation, parts.test].flatMap((part) => part.map(({ name }) => name));
  expect(names.sort()).toEqual(images.map(({ name }) => name).sort());
});

test("every class, and what shows a trigger in it, is divided by the shares, up to the limit", () => {
  const count = (part: readonly Described[], label: number, moon: boolean) =>
    part.filter((image) => image.label === label && image.words.length > 0 === moon).length / 2;
  expect([count(parts.test, 0, false), count(parts.test, 0, true)]).toEqual([9, 3]);
  expect([count(parts.test, 1, false), count(parts.test, 1, true)]).toEqual([15, 8]);
  expect([count(parts.validation, 1, false), count(parts.validation, 1, true)]).toEqual([8, 3]);
});

test("images that say their split are in it, and a part that none names is drawn from those to train on", () => {
  const said = images.map((image, i) => (i % 10 === 0 ? { ...image, group: `${i}`, split: "test" as const } : image));
  const parts = split({ classes: ["a", "b"], images: said }, ["moon"], options);
  const isHeld = ({ split }: Described): boolean => split === "test";
  expect(parts.test.length).toBeGreaterThan(0);
  expect(parts.test.every(isHeld)).toBe(true);
  expect([...parts.train, ...parts.validation].some(isHeld)).toBe(false);
  expect(parts.train.length + parts.validation.length).toBe(said.filter((image) => !isHeld(image)).length);
  expect(parts.validation.length).toBeGreaterThan(0);
});

test("it depends on the seed alone", () => {
  expect(split({ classes: ["a", "b"], images }, ["moon"], options)).toEqual(parts);
  expect(split({ classes: ["a", "b"], images }, ["moon"], { ...options, seed: 1 })).not.toEqual(parts);
});

test("a class without readable images, or with too few, is named", () => {
  expect(() => split({ classes: ["a", "b", "c"], images }, [], options)).toThrow(/the class "c" has 0 readable images/);
  expect(() => split({ classes: ["a", "b"], images: [...made(0, 40), ...made(1, 3)] }, [], options)).toThrow(
    /the class "b" has 6 readable images \(3 groups of alike ones\), too few .* at least 5/,
  );
});

test("copies of an image under other names are in one part with it, and what is in two classes is left out", () => {
  const copyOf = (original: Described & WithContent, name: string, label = original.label) =>
    ({ ...original, name, label, group: name, words: [] }); // biome-ignore format: one object
  const copies = images.slice(80).map((image, i) => copyOf(image, `copy ${i}`));
  const elsewhere = images.slice(0, 3).map((image, i) => copyOf(image, `elsewhere ${i}`, 1));
  const all = split({ classes: ["a", "b"], images: [...images, ...copies, ...elsewhere] }, ["moon"], options);
  const contents = [all.train, all.validation, all.test].map((part) => new Set(part.map(({ content }) => content)));
  expect(new Set(contents.flatMap((part) => [...part])).size).toBe(contents.reduce((sum, part) => sum + part.size, 0));
  // Of the three images in two classes there are the three elsewhere, and no copy.
  expect(all.dropped).toEqual({ duplicates: copies.length, contradictions: 6 });
  expect(all.train.length + all.validation.length + all.test.length).toBe(images.length - 3);
  expect(all.splits.test).toContainEqual({ name: all.test[0]!.name, key: all.test[0]!.content });
  expect(all.splits.test).toContainEqual({ name: all.test[0]!.name, key: `group ${all.test[0]!.group}` });
});

test("a class that has one image many times is named", () => {
  const one = made(1, 40).map((image) => ({ ...image, content: "the same" }));
  expect(() => split({ classes: ["a", "b"], images: [...made(0, 40), ...one] }, [], options)).toThrow(
    /the class "b" has 80 readable images \(1 groups of alike ones\), too few/,
  );
});
