import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostBatch } from "lat-engine";
import type { ResnetConfig } from "lat-models";
import { LatError, lastLines, listFiles, runCommand } from "lat-system";
import sharp from "sharp";

const data = fileURLToPath(new URL("../../../../shared/data/cifar10", import.meta.url));
/** Shape of an image: row, column, colour. */
export const SHAPE = [32, 32, 3] as const;
export const VALUES = 32 * 32 * 3;

/** Why the images cannot be read; undefined where they can. */
export function missingCifar(): string | undefined {
  return existsSync(data) ? undefined : "there is no ../shared/data/cifar10 beside the repository";
}

/** A ResNet-20 that others trained on CIFAR-10, as a file of torch.save. */
export const trained: { readonly weights: string; readonly config: ResnetConfig } = {
  weights: join(data, "resnet20-12fca82f.th"),
  config: {
    widths: [16, 32, 64],
    blocks: 3,
    classes: 10,
    shortcut: "pad",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
};

export interface Images {
  readonly count: number;
  /** [image, row, column, colour] */
  readonly pixels: Uint8Array;
  /** [image] */
  readonly labels: Int32Array;
}

/** All test images, class by class. `scratch` takes the unpacked files. */
export async function testImages(scratch: string): Promise<Images> {
  const unpacked = await runCommand("tar", ["-xzf", join(data, "test.tar.gz"), "-C", scratch]);
  if (unpacked?.code !== 0) throw new LatError(`tar failed:\n${lastLines(unpacked?.stderr ?? "", 5)}`);
  const files = (await listFiles(scratch)).filter((file) => file.endsWith(".jpg"));
  const classes = [...new Set(files.map((file) => dirname(file)))];
  const pixels = new Uint8Array(files.length * VALUES);
  for (const [i, file] of files.entries()) {
    pixels.set(await sharp(join(scratch, file)).raw().toBuffer(), i * VALUES);
  }
  return { count: files.length, pixels, labels: Int32Array.from(files, (file) => classes.indexOf(dirname(file))) };
}

/** Every `stride`-th image. */
export function everyNth({ count, pixels, labels }: Images, stride: number): Images {
  const chosen = Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride);
  const result = new Uint8Array(chosen.length * VALUES);
  for (const [i, index] of chosen.entries())
    result.set(pixels.subarray(index * VALUES, (index + 1) * VALUES), i * VALUES);
  return { count: chosen.length, pixels: result, labels: labels.filter((_, i) => i % stride === 0) };
}

/** `length` images from `first` on as a batch: pixels in [0, 1], and labels. */
export function batchOf({ pixels, labels }: Images, first: number, length: number): HostBatch {
  const part = pixels.subarray(first * VALUES, (first + length) * VALUES);
  return {
    pixels: { shape: [length, ...SHAPE], data: Float32Array.from(part, (value) => value / 255) },
    labels: { shape: [length], data: labels.slice(first, first + length) },
  };
}
