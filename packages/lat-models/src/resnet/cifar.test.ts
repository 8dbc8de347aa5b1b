import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { forward, type State, type Tensors } from "lat-engine";
import { listFiles } from "lat-system";
import { compile, tf } from "lat-tensorflow";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { loadResnet, resnet } from "../index.ts";

const data = fileURLToPath(new URL("../../../../../shared/data/cifar10", import.meta.url));
const model = resnet({
  widths: [16, 32, 64],
  blocks: 3,
  classes: 10,
  shortcut: "pad",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
});
/** Per cent of the same files, decoded by Pillow, that PyTorch 2.13 classifies right with the same weights. */
const inPytorch = 81.02;
const batchSize = 250;
const temporary = mkdtempSync(join(tmpdir(), "cifar-"));
afterAll(() => rmSync(temporary, { recursive: true }));

async function decode(files: readonly string[]): Promise<Float32Array> {
  const pictures = await Promise.all(files.map((file) => sharp(file).raw().toBuffer()));
  return Float32Array.from(Buffer.concat(pictures), (value) => value / 255);
}

describe.skipIf(!existsSync(data))("a published ResNet-20 (skipped where ../shared/data/cifar10 is absent)", () => {
  it("classifies the test pictures as well as in PyTorch", async () => {
    execFileSync("tar", ["-xzf", join(data, "test.tar.gz"), "-C", temporary]);
    const files = (await listFiles(temporary)).filter((file) => file.endsWith(".jpg"));
    const classes = [...new Set(files.map((file) => file.split(sep)[1]!))].sort();
    expect([files.length, classes.length]).toEqual([5000, 10]);
    const parameters = loadResnet(model, join(data, "resnet20-12fca82f.th"));
    const classify = compile((p: Tensors, batch: State) => tf.argMax(forward(model, p, batch).logits!, 1), {
      xla: false,
    });
    let right = 0;
    for (let start = 0; start < files.length; start += batchSize) {
      const part = files.slice(start, start + batchSize);
      const pixels = tf.tensor(await decode(part.map((file) => join(temporary, file))), [part.length, 32, 32, 3]);
      const chosen = classify(parameters, { pixels });
      const predictions = chosen.dataSync();
      right += part.filter((file, i) => classes[predictions[i]!] === file.split(sep)[1]).length;
      tf.dispose([pixels, chosen]);
    }
    const accuracy = (100 * right) / files.length;
    expect(Math.abs(accuracy - inPytorch), `${accuracy} %`).toBeLessThanOrEqual(0.3);
  });
});
