import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  advance,
  attack,
  attackSchema,
  descent,
  initialize,
  initialState,
  optimizer,
  resolveSites,
  toTensors,
  trainSchema,
} from "lat-engine";
import { hostRandom, type Tensor, tf } from "lat-tensorflow";
import { afterAll, describe, expect, it } from "vitest";
import { classLikelihood, loadResnet, type ResnetConfig, resnet, saveResnet } from "../index.ts";

const temporary = mkdtempSync(join(tmpdir(), "resnet-"));
afterAll(() => rmSync(temporary, { recursive: true }));

describe.each(["resnet-pad", "resnet-project"])("%s", (name) => {
  const fixture = (file: string) => fileURLToPath(new URL(`../../fixtures/${name}/${file}`, import.meta.url));
  const { config } = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as { config: ResnetConfig };
  const model = resnet(config);

  it("is read alike from both files of PyTorch, and written with the bytes of one", async () => {
    const [parameters, same] = [fixture("model.safetensors"), fixture("model.th")].map((path) =>
      loadResnet(model, path),
    );
    for (const [key, tensor] of Object.entries(parameters!))
      expect([key, same![key]!.dataSync()]).toEqual([key, tensor.dataSync()]);
    const path = join(temporary, `${name}.safetensors`);
    const tensors = tf.memory().numTensors;
    await saveResnet(path, parameters!);
    expect(readFileSync(path).equals(readFileSync(fixture("model.safetensors")))).toBe(true);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("is refused by another network, in the file's own layout", () => {
    expect(() => loadResnet(resnet({ ...config, widths: [6, 6, 8] }), fixture("model.th"))).toThrow(
      /model\.th does not hold the weights of this resnet:\n {2}conv1\.weight: shape \[4,3,3,3\], expected \[6,3,3,3\]/,
    );
  });
});

describe("training", () => {
  const model = resnet({
    widths: [4, 8],
    blocks: 1,
    classes: 2,
    shortcut: "pad",
    mean: [0.5, 0.5, 0.5],
    std: [1, 1, 1],
  });
  const network = { model, likelihood: classLikelihood };
  const random = hostRandom(0, "images");
  const size = 8 * 6 * 6 * 3;
  const labels = Int32Array.from({ length: 8 }, (_, i) => i % 2);
  // The images of one class are brighter.
  const pixels = Float32Array.from({ length: size }, (_, i) => 0.6 * random.uniform(i) + 0.3 * labels[Math.floor(i / (size / 8))]!); // biome-ignore format: short
  const batch = () =>
    toTensors({ pixels: { shape: [8, 6, 6, 3], data: pixels }, labels: { shape: [8], data: labels } });

  it.each(["input", "conv1", "blocks.0"])("with perturbations of %s learns, and keeps no tensors", (site) => {
    const train = trainSchema.parse({ optimizer: "sgd", learningRate: 0.1 });
    const config = attackSchema.parse({ steps: 2, range: site === "input" ? [0, 1] : "none" });
    const rule = optimizer(model, train);
    const parts = descent(network, rule, train, config);
    const perturber = { attack: attack(network, resolveSites(model, [site]), config), epsilon: tf.scalar(0.1) };
    const parameters = initialize(model, 0);
    let held = { parameters, state: initialState(rule, parameters) };
    const before = (parameters["bn1.running_mean"] as Tensor).dataSync();
    const losses: number[] = [];
    const tensors: number[] = [];
    for (let step = 1; step <= 12; step++) {
      const draws = { seed: 0, step, examples: [0, 1, 2, 3, 4, 5, 6, 7] };
      const { record, ...next } = advance(parts, perturber, held, [{ batch: batch(), draws }], 0.1, step);
      held = next;
      losses.push(record.loss);
      tensors.push(tf.memory().numTensors);
      // Measured on the network in use, on which the attack climbs, whose statistics are not the batch's.
      expect(record.attackLosses).toHaveLength(3);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    expect(new Set(tensors.slice(1)).size).toBe(1);
    expect(held.parameters["bn1.running_mean"]!.dataSync()).not.toEqual(before);
    expect(Object.keys(held.state.velocity!)).not.toContain("bn1.running_mean");
  });
});
