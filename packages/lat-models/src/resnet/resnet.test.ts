import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { forward, initialize, type Mode, nextStatistics, prefix, type State, suffix, type Tensors } from "lat-engine";
import { compile, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { type Stored, storedError } from "lat-tensorflow/testing";
import { describe, expect, it } from "vitest";
import { classLikelihood, loadResnet, type ResnetConfig, resnet } from "../index.ts";

/** What PyTorch computes in float64 for the network of the same folder; see tooling/parity/resnet_fixture.py. */
interface Pass {
  readonly logits: Stored;
  /** By site, as their gradients. */
  readonly activations: Record<string, Stored>;
  readonly activationGradients: Record<string, Stored>;
  readonly gradients: Record<string, Stored>;
  /** After the pass; none in mode `evaluate`. */
  readonly statistics: Record<string, Stored>;
}

interface Expected extends Record<Mode, Pass> {
  readonly config: ResnetConfig;
  readonly pixels: Stored;
  readonly labels: Stored;
}

function expectClose(actual: Tensors, expected: Record<string, Stored>, limit = 1e-5) {
  for (const [key, value] of Object.entries(expected))
    expect(storedError(actual[key]!, value), key).toBeLessThan(limit);
}

const modes: Mode[] = ["evaluate", "train"];

describe.each(["resnet-pad", "resnet-project"])("%s, as saved by PyTorch", (name) => {
  const folder = fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as Expected;
  const model = resnet(expected.config);
  const parameters = loadResnet(model, `${folder}/model.safetensors`);
  const batch = {
    pixels: tf.tensor(expected.pixels.data, expected.pixels.shape),
    labels: tf.tensor(expected.labels.data, expected.labels.shape, "int32"),
  };

  describe.each(modes)("in mode %s", (mode) => {
    it.each([true, false])("computes the same logits and statistics (XLA: %s)", (xla) => {
      const run = compile((p: State, b: State) => forward(model, p, b, {}, mode), { xla });
      const output = run(parameters, batch);
      expect(storedError(output.logits!, expected[mode].logits)).toBeLessThan(1e-5);
      const statistics = nextStatistics(model, output);
      expect(Object.keys(statistics).sort()).toEqual(Object.keys(expected[mode].statistics).sort());
      expectClose(statistics, expected[mode].statistics);
    });

    it("computes the same gradients of parameters", () => {
      const differentiate = compile(
        (p: State, b: State) =>
          valueAndGradients(() => classLikelihood(forward(model, p, b, {}, mode), b, "labels").logp, p).gradients,
        { xla: false },
      );
      expectClose(differentiate(parameters, batch), expected[mode].gradients);
    });

    it("has the same activation, and gradient of it, at every site", () => {
      expect(model.sites.map((site) => site.name)).toEqual(Object.keys(expected[mode].activations));
      tf.tidy(() => {
        for (const site of model.sites) {
          const state = prefix(model, parameters, batch, site, mode);
          const activation = state[site.key] as Tensor;
          expect(storedError(activation, expected[mode].activations[site.name]!), site.name).toBeLessThan(1e-5);
          const { gradients } = valueAndGradients(
            () => {
              const output = suffix(model, parameters, state, site, { [site.name]: tf.zerosLike(activation) }, mode);
              return classLikelihood(output, batch, "labels").logp;
            },
            { activation },
          );
          const gradient = expected[mode].activationGradients[site.name]!;
          expect(storedError(gradients.activation, gradient), site.name).toBeLessThan(1e-5);
        }
      });
    });

    it("is its suffix after its prefix, at every site", () => {
      tf.tidy(() => {
        const { logits } = forward(model, parameters, batch, {}, mode) as { logits: Tensor };
        const whole = { shape: logits.shape, data: [...logits.dataSync()] };
        for (const site of model.sites) {
          const state = prefix(model, parameters, batch, site, mode);
          const rest = suffix(model, parameters, state, site, {}, mode);
          expect(storedError(rest.logits as Tensor, whole), site.name).toBeLessThan(1e-6);
          const statistics = Object.keys(nextStatistics(model, rest)).sort();
          expect(statistics).toEqual(Object.keys(expected[mode].statistics).sort());
        }
      });
    });

    it("changes its output with a perturbation at any site", () => {
      tf.tidy(() => {
        const clean = forward(model, parameters, batch, {}, mode).logits as Tensor;
        for (const site of model.sites) {
          const { shape } = prefix(model, parameters, batch, site, mode)[site.key] as Tensor;
          const delta = tf.pad(tf.ones([...shape.slice(0, 3), 1]), [[0, 0], [0, 0], [0, 0], [0, shape[3]! - 1]]); // biome-ignore format: one list
          const { logits } = forward(model, parameters, batch, { [site.name]: delta }, mode) as { logits: Tensor };
          expect(tf.max(tf.abs(tf.sub(logits, clean))).dataSync()[0], site.name).toBeGreaterThan(1e-2);
        }
      });
    });
  });
});

const config: ResnetConfig = {
  widths: [4, 8],
  blocks: 1,
  classes: 5,
  shortcut: "project",
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

describe("resnet", () => {
  it("has the sites of a forward pass in its order", () => {
    expect(resnet(config).sites.map(({ name, stage }) => [name, stage])).toEqual([
      ["input", 0],
      ["conv1", 1],
      ["blocks.0", 2],
      ["blocks.1", 3],
    ]);
  });

  it("takes images of any size and passes other entries of the batch through", () => {
    tf.tidy(() => {
      const model = resnet(config);
      const parameters = initialize(model, 0);
      const index = tf.tensor1d([7, 8]);
      for (const size of [1, 2, 11]) {
        const output = forward(model, parameters, { pixels: tf.ones([2, size, size, 3]), index });
        expect(Object.keys(output).sort()).toEqual(["index", "logits"]);
        expect([output.logits!.shape, output.index]).toEqual([[2, 5], index]);
      }
    });
  });

  it("takes as many channels as there are means", () => {
    tf.tidy(() => {
      const grey = resnet({ ...config, mean: [0.5], std: [0.2] });
      const { logits } = forward(grey, initialize(grey, 0), { pixels: tf.ones([2, 7, 7, 1]) });
      expect(logits!.shape).toEqual([2, 5]);
    });
  });

  it.each([
    [{ widths: [] }, /received \{"widths":\[\]\}/],
    [{ widths: [4, 5], shortcut: "pad" as const }, /each width an even number of channels above the last/],
    [{ blocks: 0 }, /received \{"blocks":0,"classes":5\}/],
    [{ std: [1, 0, 1] }, /a mean and a standard deviation above 0 of each channel/],
    [{ std: [1] }, /received \{"mean":\[0,0,0\],"std":\[1\]\}/],
  ])("refuses %j", (change, message) => {
    expect(() => resnet({ ...config, ...change })).toThrow(message);
  });
});
