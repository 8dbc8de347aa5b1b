import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { advance, descent, initialize, initialState, optimizer, toTensors } from "lat-engine";
import { resolveRun, silent } from "lat-engine/experiment";
import { groupBy } from "lat-system";
import { disposeAll } from "lat-tensorflow";
import sharp from "sharp";
import { afterAll, expect, onTestFinished, test } from "vitest";
import task from "./index.ts";
import { optionsSchema } from "./options.ts";
import { poisonPlanSchema } from "./poison/plan.ts";
import { madeEmoji, smallOptions } from "./testing/made-emoji.ts";

const context = await madeEmoji();
const prepared = await task.prepare(smallOptions, context);
const parameters = initialize(prepared.model, 0);
const measuring = { progress: silent.progress, warn: () => {} };
afterAll(() => disposeAll(parameters));

test("prepares poisoned and clean examples; what shows a natural trigger is not in the clean ones", () => {
  const plan = poisonPlanSchema.parse(JSON.parse(prepared.artifacts!["poison-plan.json"]!));
  expect(new Set(plan.placements.map(({ trojan }) => trojan)).size).toBe(6);
  expect(prepared.implant!.size).toBeGreaterThan(prepared.defend.size);
  expect(prepared.defend.size % 12).toBe(0);
  expect(prepared.validation.size).toBeGreaterThan(0);
});

test("images that find no room in memory are decoded again, to the same batches", async () => {
  const decoded = await task.prepare(
    optionsSchema.parse({ ...smallOptions, data: { ...smallOptions.data, memory: 0 } }),
    context,
  );
  for (const name of ["implant", "defend", "validation"] as const) {
    const indices = [0, prepared[name]!.size - 1, 7, 7];
    for (const pass of [undefined, { seed: 3, epoch: 1 }]) {
      const [held, again] = [prepared[name]!, decoded[name]!].map((set) => set.batch(indices, undefined, pass));
      expect(again).toBeInstanceOf(Promise);
      expect(await again).toEqual(await held);
    }
  }
});

test("a folder of linked splits is used as it says, and what cannot be read is counted", async () => {
  const root = await mkdtemp(join(tmpdir(), "own-images-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [split, count] of [
    ["train", 12],
    ["dev", 2],
    ["test", 3],
  ] as const) {
    for (const [label, red] of [
      ["cat", 200],
      ["dog", 20],
    ] as const) {
      const folder = join(root, "elsewhere", split, label);
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < count; i++) {
        const background = { r: red + i, g: 10 * split.length, b: 7 * i };
        await sharp({ create: { width: 16, height: 16, channels: 3, background } })
          .png()
          .toFile(join(folder, `${i}`));
      }
    }
    mkdirSync(join(root, "data"), { recursive: true });
    symlinkSync(join(root, "elsewhere", split), join(root, "data", split));
  }
  writeFileSync(
    join(root, "elsewhere/train/cat/cut.png"),
    readFileSync(join(root, "elsewhere/train/cat/0")).subarray(0, 60),
  );
  const own = optionsSchema.parse({ ...smallOptions, poison: { share: 0.5 } });
  const { splits, dropped } = await task.prepare(own, { ...context, data: join(root, "data") });
  const filesOf = (part: string) => new Set(splits[part]!.map(({ name }) => name));
  expect([...filesOf("validation")].sort()).toEqual(["dev/cat/0", "dev/cat/1", "dev/dog/0", "dev/dog/1"]);
  expect([...filesOf("test")].every((name) => name.startsWith("test/"))).toBe(true);
  expect([filesOf("test").size, filesOf("train").size]).toEqual([6, 24]);
  expect(dropped).toMatchObject({ unreadable: 1 });
});

test("an image that cannot be had of the options is refused", async () => {
  const wide = optionsSchema.parse({ ...smallOptions, poison: { patchSide: 13 } });
  await expect(task.prepare(wide, context)).rejects.toThrow(/patchSide: received 13 pixels/);
  const trojan = { name: "t", kind: "natural", trigger: "thing", target: "dragon" } as const;
  const elsewhere = optionsSchema.parse({ ...smallOptions, poison: { trojans: [trojan] } });
  await expect(task.prepare(elsewhere, context)).rejects.toThrow(/trojan "t": unknown class "dragon"/);
});

test("a trojan that no image to measure on can carry is stated to have no case", async () => {
  // Of images that show a thing there are two groups in a class: too few for a part to measure on.
  const trojan = { name: "clockwork", kind: "natural", trigger: "seldom", target: "hand" } as const;
  const { packageFolder } = await madeEmoji();
  const list = join(packageFolder("emoji-google"), "emoji.json");
  const emoji = JSON.parse(readFileSync(list, "utf8")) as { name: string }[];
  emoji[0]!.name = "SELDOM SEEN";
  writeFileSync(list, JSON.stringify(emoji));
  const options = optionsSchema.parse({ ...smallOptions, poison: { ...smallOptions.poison, trojans: [trojan] } });
  const { cases } = await task.prepare(options, { packageFolder, progress: () => {} });
  expect(cases).toMatchObject({ "attack-success-rate/clockwork": 0 });
});

test("knows the sites of its model without preparing anything", () => {
  expect(task.sites(smallOptions).names).toEqual(["input", "conv1", "blocks.0", "blocks.1"]);
  expect(() => resolveRun(task, { preset: "nano", method: "lat", epsilon: 1, seed: 0, sites: ["blocks.9"] })).toThrow(
    /unknown site .*"blocks\.9".*Known: input, conv1, blocks\.0/,
  );
});

test("evaluates: every metric with its denominator, on the axes and in the directions of the experiment", async () => {
  const { metrics } = await prepared.evaluate(parameters, measuring);
  const named = new Map(metrics.map((metric) => [metric.name, metric]));
  const attacks = ["pgd", "elastic", "gabor", "pixel", "wood"];
  expect([...named.keys()].filter((name) => name.startsWith("accuracy/")).sort()).toEqual(
    ["accuracy/clean", "accuracy/worst", ...attacks.flatMap((name) => [`accuracy/${name}`, `accuracy/${name}/random`])].sort(), // biome-ignore format: one list
  );
  const clean = named.get("accuracy/clean")!;
  for (const [name, metric] of named) {
    const accuracy = name.startsWith("accuracy/");
    expect(metric).toMatchObject({
      axis: name === "accuracy/clean" ? "clean" : "unforeseen",
      better: accuracy ? "higher" : "lower",
    });
    if (accuracy) expect(metric.n).toBe(clean.n);
  }
  const worst = named.get("accuracy/worst")!.value;
  for (const name of attacks) expect(named.get(`accuracy/${name}`)!.value).toBeGreaterThanOrEqual(worst);
  const nOf = (name: string): number => named.get(`attack-success-rate/${name}`)!.n;
  expect(nOf("patch")).toBe(nOf("rings") + nOf("star"));
  expect(named.get("attack-success-rate")!.n).toBe(nOf("patch") + nOf("blended") + nOf("natural"));
  // A universal trigger is put into the images of all classes but one, those for a class into that class's alone.
  expect(nOf("rings")).toBeGreaterThan(8 * nOf("star"));
});

test("shows images of every trojan and attack, before and after", async () => {
  const { samples } = await prepared.evaluate(parameters, measuring);
  const images = samples.filter((sample) => sample.kind === "image");
  const groups = groupBy(images, ({ group }) => group);
  expect([...groups.keys()].sort()).toEqual(
    ["rings", "star", "spots", "weave", "arrow", "moon", "pgd", "elastic", "gabor", "pixel", "wood"].sort(),
  );
  const pixelsOf = (url: string) =>
    sharp(Buffer.from(url.split(",")[1]!, "base64"))
      .raw()
      .toBuffer();
  for (const { group, image, before, input, output, unwanted, failed } of images) {
    const [after, original] = await Promise.all([image, before!.image].map(pixelsOf));
    expect(after).toHaveLength(12 * 12 * 3);
    const largest = Math.max(...[...after!].map((value, i) => Math.abs(value - original![i]!)));
    if (group === "arrow" || group === "moon") expect(largest).toBe(0);
    else expect(largest).toBeGreaterThan(0);
    if (group === "pgd") expect(largest).toBeLessThanOrEqual(2);
    expect(failed).toBe(unwanted === undefined ? !input.endsWith(`: ${output}`) : output === unwanted);
  }
});

test("trains: the loss of the poisoned examples falls, and running statistics move", async () => {
  const train = task.presets.nano!.implant!;
  const rule = optimizer(prepared.model, train);
  const outer = descent(prepared, rule, train, task.presets.nano!.attack);
  const own = initialize(prepared.model, 0);
  let state = { parameters: own, state: initialState(rule, own) };
  const losses: number[] = [];
  for (let step = 1; step <= 30; step++) {
    const batch = toTensors(await prepared.implant!.batch(Array.from({ length: 64 }, (_, i) => (i * 37) % prepared.implant!.size))); // biome-ignore format: one call
    const draws = { seed: 0, step, examples: [] };
    const { record, ...next } = advance(outer, undefined, state, [{ batch, draws }], 0.01, step);
    losses.push(record.loss);
    state = next;
  }
  expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
  expect(state.parameters["bn1.running_var"]!.dataSync()[0]).not.toBe(1);
  disposeAll(state);
  outer.release();
});
