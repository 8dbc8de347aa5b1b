import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LatError } from "lat-system";
import { type HostTensor, readSafetensors, type StreamedTensor, tf, writeSafetensors } from "lat-tensorflow";
import { afterAll, describe, expect, it } from "vitest";
import { bertClassifier, llama, loadBert, loadLlama, loadResnet, parseBertConfig, resnet } from "./index.ts";

const temporary = mkdtempSync(join(tmpdir(), "weights-"));
afterAll(() => rmSync(temporary, { recursive: true }));
let made = 0;

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

type Tensors = Record<string, HostTensor>;
type Written = Record<string, HostTensor | StreamedTensor>;

const tensorsOf = (folder: string): Tensors => ({ ...readSafetensors(join(folder, "model.safetensors")).tensors });

/** A copy of a fixture's folder with its configuration and its tensors changed. */
async function changed(
  from: string,
  change: { config?: object; tensors?: (tensors: Tensors) => Written },
): Promise<string> {
  const folder = join(temporary, `${made++}`);
  cpSync(fixture(from), folder, { recursive: true });
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), ...change.config }));
  const tensors = (change.tensors ?? ((same: Tensors) => same))(tensorsOf(fixture(from)));
  await writeSafetensors(join(folder, "model.safetensors"), { tensors, metadata: {} });
  return folder;
}

const renamed = (tensors: Tensors, name: (old: string) => string) =>
  Object.fromEntries(Object.entries(tensors).map(([old, tensor]) => [name(old), tensor]));

const valuesOf = async (folder: string) => {
  const { parameters } = await loadLlama(folder);
  const values = Object.entries(parameters).map(([name, tensor]) => [name, tensor.dataSync()] as const);
  tf.dispose(parameters);
  return new Map(values);
};

describe("a folder of a Llama", () => {
  it("with weights of another format is told which", async () => {
    const folder = await changed("llama-tied", {});
    rmSync(join(folder, "model.safetensors"));
    writeFileSync(join(folder, "pytorch_model.bin"), "");
    await expect(loadLlama(folder)).rejects.toThrow(
      /has "pytorch_model\.bin", which is not read here; save the weights as/,
    );
  });

  it("of a hundred million layers is refused before one is made", async () => {
    const folder = await changed("llama-untied", { config: { num_hidden_layers: 1e8 } });
    const start = performance.now();
    await expect(loadLlama(folder)).rejects.toThrow(
      /config\.json says num_hidden_layers 100000000, but .* has 2 layers/,
    );
    expect(performance.now() - start).toBeLessThan(1000);
    expect(() => llama({ ...configOf("llama-untied"), num_hidden_layers: 1e8 })).toThrow(/at most 1000 are made/);
  });

  it("of any other size is refused by the names and shapes that do not fit", async () => {
    const sizes = { vocab_size: 1e9, hidden_size: 8e9, intermediate_size: 1e9, head_dim: null };
    const folder = await changed("llama-untied", { config: sizes });
    await expect(loadLlama(folder)).rejects.toThrow(
      /embed_tokens\.weight: shape \[\d+,24\], expected \[1000000000,8000000000\]/,
    );
  });

  it("may hold buffers of any dtype, names without a prefix, and a second copy of a tied head", async () => {
    const expected = await valuesOf(fixture("llama-tied"));
    const odd: HostTensor = { dtype: "I64", shape: [1], data: BigInt64Array.of(1n) };
    const buffer = "model.layers.0.self_attn.rotary_emb.inv_freq";
    const folders = [
      await changed("llama-tied", { tensors: (tensors) => ({ ...tensors, [buffer]: odd }) }),
      await changed("llama-tied", { tensors: (tensors) => renamed(tensors, (name) => name.replace(/^model\./, "")) }),
      await changed("llama-tied", {
        tensors: (tensors) => ({ ...tensors, "lm_head.weight": tensors["model.embed_tokens.weight"]! }),
      }),
    ];
    for (const folder of folders) expect(await valuesOf(folder)).toEqual(expected);
  });

  it("with a NaN in its configuration where none is used is read", async () => {
    const folder = await changed("llama-tied", {});
    const path = join(folder, "config.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace("{", '{"dropout": NaN,'));
    await loadLlama(folder);
    writeFileSync(path, text.replace(/"rms_norm_eps":[^,}]*/, '"rms_norm_eps":NaN'));
    await expect(loadLlama(folder)).rejects.toThrow(/rms_norm_eps: .*expected number/);
    writeFileSync(path, text.replace("{", '{"vocab_size": 5,'));
    await expect(loadLlama(folder)).rejects.toThrow(/config\.json: .*"vocab_size" stands twice/);
  });

  it.each([Number.NaN, Infinity])(
    "with a parameter of %d is refused by its name, and keeps no tensors",
    async (value) => {
      const folder = await changed("llama-untied", {
        tensors: (tensors) => {
          const norm = tensors["model.norm.weight"]!;
          const data = Float32Array.from(norm.data as Float32Array, (old, i) => (i === 3 ? value : old));
          return { ...tensors, "model.norm.weight": { ...norm, data } };
        },
      });
      const before = tf.memory().numTensors;
      await expect(loadLlama(folder)).rejects.toThrow(`model.norm.weight holds ${value}`);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it("with names as long as a hostile file likes is answered in a few lines", async () => {
    const extra: HostTensor = { dtype: "U8", shape: [0], data: new Uint8Array() };
    const folder = await changed("llama-untied", {
      tensors: (tensors) => {
        for (let i = 0; i < 1000; i++) tensors[`${"x\n".repeat(10_000)}${i}`] = extra;
        return tensors;
      },
    });
    const error = await loadLlama(folder).catch((error: unknown) => error as Error);
    expect(error).toBeInstanceOf(LatError);
    expect((error as Error).message.length).toBeLessThan(3000);
    expect((error as Error).message.split("\n").length).toBeLessThan(15);
  });
});

const configOf = (name: string) => JSON.parse(readFileSync(join(fixture(name), "config.json"), "utf8"));

const first = "first.safetensors";

/** The untied Llama in two files, and their index changed. */
async function sharded(change: (map: Record<string, string>) => unknown): Promise<string> {
  const folder = join(temporary, `${made++}`);
  cpSync(fixture("llama-untied"), folder, { recursive: true });
  const entries = Object.entries(tensorsOf(folder));
  rmSync(join(folder, "model.safetensors"));
  const halves = { [first]: entries.slice(0, 5), "second.safetensors": entries.slice(5) };
  for (const [name, half] of Object.entries(halves))
    await writeSafetensors(join(folder, name), { tensors: Object.fromEntries(half), metadata: {} });
  const map = Object.fromEntries(
    Object.entries(halves).flatMap(([file, half]) => half.map(([name]) => [name, file] as const)),
  );
  const index = change(map);
  const text = typeof index === "string" ? index : JSON.stringify(index);
  writeFileSync(join(folder, "model.safetensors.index.json"), text);
  return folder;
}

describe("weights in several files", () => {
  it("are read as from one", async () => {
    const folder = await sharded((weight_map) => ({ metadata: { total_size: 1 }, weight_map }));
    expect(await valuesOf(folder)).toEqual(await valuesOf(fixture("llama-untied")));
    copyFileSync(join(fixture("llama-untied"), "model.safetensors"), join(folder, "model.safetensors"));
    writeFileSync(join(folder, "model.safetensors.index.json"), "not read where there is one file");
    await loadLlama(folder);
  });

  const head = "lm_head.weight";
  it.each<[string, (map: Record<string, string>) => unknown, RegExp]>([
    ["outside of the folder", (map) => ({ weight_map: { ...map, [head]: "../first.safetensors" } }), /"lm_head\.weight" is in "\.\.\/first\.safetensors", expected a \.safetensors file of the same folder/],
    ["at a path of the system", (map) => ({ weight_map: { ...map, [head]: "/etc/passwd" } }), /is in "\/etc\/passwd", expected/],
    ["with a path of Windows", (map) => ({ weight_map: { ...map, [head]: "..\\first.safetensors" } }), /expected a \.safetensors file/],
    ["that is no text", (map) => ({ weight_map: { ...map, [head]: 1 } }), /is in 1, expected/],
    ["that is not there", (map) => ({ weight_map: { ...map, [head]: "third.safetensors" } }), /cannot read .*third\.safetensors: no such file/],
    ["that lacks the tensor", (map) => ({ weight_map: { ...map, other: first } }), /"other" is not in "first\.safetensors"/],
  ])("%s are refused", async (_, change, message) => {
    await expect(loadLlama(await sharded(change))).rejects.toThrow(message);
  }); // biome-ignore format: a table

  it.each<[string, unknown, RegExp]>([
    ["no map", {}, /is not the index of a network's weights/],
    ["a list", { weight_map: [] }, /is not the index/],
    ["null", "null", /is not the index/],
    ["no JSON", "<html>", /expected JSON, but/],
    ["a tensor twice", '{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}', /the key "a" stands twice/],
    ["a parameter fewer", { weight_map: {} }, /has 0 layers/],
  ])("whose index has %s are refused", async (_, index, message) => {
    await expect(loadLlama(await sharded(() => index))).rejects.toThrow(message);
  });
});

describe("a folder whose bytes are changed", () => {
  // A linear congruential generator: the same changes every time.
  let state = 7;
  const random = (below: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };

  it.each(["config.json", "model.safetensors.index.json", "second.safetensors"])(
    "in %s is read, or refused at once and in a few lines",
    async (name) => {
      const folder = await sharded((weight_map) => ({ weight_map }));
      const whole = readFileSync(join(folder, name));
      for (let run = 0; run < 300; run++) {
        const bytes = Buffer.from(whole);
        for (let change = 0; change <= run % 3; change++) bytes[random(Math.min(bytes.length, 2000))] = random(256);
        writeFileSync(join(folder, name), run % 10 ? bytes : bytes.subarray(0, random(bytes.length)));
        const start = performance.now();
        try {
          tf.dispose((await loadLlama(folder)).parameters);
        } catch (error) {
          expect(error, `run ${run}: ${(error as Error).stack}`).toBeInstanceOf(LatError);
          expect((error as Error).message.length).toBeLessThan(3000);
        }
        expect(performance.now() - start, `run ${run}`).toBeLessThan(1000);
      }
    },
  );
});

describe("weights of a BERT", () => {
  const config = parseBertConfig(configOf("bert-cls"));
  const model = bertClassifier(config, { classes: 3, pooling: "cls" });
  const old = (name: string) => name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"); // biome-ignore format: short

  it("may have the layer norms' first names, and be in a folder", async () => {
    const folder = await changed("bert-cls", { tensors: (tensors) => renamed(tensors, old) });
    const [a, b] = [loadBert(model, folder, 0), loadBert(model, join(fixture("bert-cls"), "model.safetensors"), 0)];
    for (const [name, value] of Object.entries(b))
      expect([name, a[name]!.dataSync()]).toEqual([name, value.dataSync()]);
  });

  it("are refused where two tensors have one name", async () => {
    const both = await changed("bert-cls", { tensors: (tensors) => ({ ...tensors, ...renamed(tensors, old) }) });
    expect(() => loadBert(model, both, 0)).toThrow(/ambiguous: two of its tensors are "bert\..*LayerNorm/);
  });
});

describe("weights of a ResNet", () => {
  const { config } = JSON.parse(readFileSync(fixture("resnet-pad/expected.json"), "utf8"));

  it("may be those of a compiled network", async () => {
    const path = join(temporary, "compiled.safetensors");
    const tensors = readSafetensors(fixture("resnet-pad/model.safetensors")).tensors;
    await writeSafetensors(path, { tensors: renamed(tensors, (name) => `_orig_mod.${name}`), metadata: {} });
    const found = loadResnet(resnet(config), path);
    const expected = loadResnet(resnet(config), fixture("resnet-pad/model.safetensors"));
    for (const [name, value] of Object.entries(expected)) expect(found[name]!.dataSync()).toEqual(value.dataSync());
  });
});
