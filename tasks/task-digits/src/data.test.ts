import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupBy, packageFolder } from "lat-system";
import { expect, test } from "vitest";
import { digitsPackage, examplesOf, loadImages } from "./data.ts";

const line = (values: readonly number[], digit: number | string) => {
  return [...values, ...Array(784 - values.length).fill(0), digit].join(",");
};

function load(...lines: string[]) {
  const data = join(mkdtempSync(join(tmpdir(), "digits-")), "own.csv");
  writeFileSync(data, lines.join("\n"));
  return loadImages({ data, packageFolder: () => "nowhere", progress: () => {} });
}

test("reads pixels and digit of each line", async () => {
  const images = await load(line([255, 51], 7), line([0, 0, 102], 0));
  expect(images.map(({ name, label }) => [name, label])).toEqual([
    ["line 1", 7],
    ["line 2", 0],
  ]);
  const { pixels, labels } = examplesOf(images).batch([1, 0]);
  expect(pixels!.shape).toEqual([2, 28, 28, 1]);
  expect([...pixels!.data.slice(0, 3), ...pixels!.data.slice(784, 786)]).toEqual([0, 0, 0.4, 1, 0.2].map(Math.fround));
  expect([...labels!.data]).toEqual([0, 7]);
});

test.each([
  ["a pixel too few", "1,2,3"],
  ["a pixel out of range", line([256], 1)],
  ["a pixel that is no number", line([0], 1).replace("0", "NaN")],
  ["a label that is no digit", line([], 10)],
  ["a broken label", line([], 1.5)],
  ["a label that is no number", line([], "seven")],
  ["a label that is empty", line([], "")],
  ["a pixel that is empty", line([0], 1).replace("0", "")],
  ["an empty line", ""],
])("%s is answered with the line", async (_, broken) => {
  await expect(load(line([], 1), broken, line([], 2))).rejects.toThrow(
    /own\.csv:2: expected 784 pixels from 0 to 255 and a digit/,
  );
});

test("digits in front of the pixels are not taken for pixels, nor the last pixels for digits", async () => {
  await expect(load(line([5, 0, 9], 0), line([7], 0))).rejects.toThrow(
    /own\.csv: every line ends in 0; expected the digit behind the pixels/,
  );
});

function fetched(): string | undefined {
  try {
    return packageFolder(digitsPackage);
  } catch {
    return undefined;
  }
}

const folder = fetched();
test.skipIf(!folder)("the package holds 500 of each digit (skipped until it is fetched)", async () => {
  const images = await loadImages({ packageFolder: () => folder!, progress: () => {} });
  const counts = groupBy(images, ({ label }) => label);
  expect([...counts].map(([digit, own]) => [digit, own.length]).sort()).toEqual(Array.from({ length: 10 }, (_, digit) => [digit, 500])); // biome-ignore format: one list
  expect(new Set(images.map(({ values }) => values.join())).size).toBe(5000);
});
