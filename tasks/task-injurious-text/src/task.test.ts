import { join } from "node:path";
import { initialize } from "lat-engine";
import { resolveRun, silent } from "lat-engine/experiment";
import { disposeAll } from "lat-tensorflow";
import { afterAll, expect, test } from "vitest";
import { folderWith } from "../testing.ts";
import { attacks } from "./attacks/attacks.ts";
import task from "./index.ts";
import { madePackages, tinyOptions } from "./testing/made-packages.ts";

const { context, remove } = await madePackages();
afterAll(remove);
const prepared = await task.prepare(tinyOptions, context);
const warnings: string[] = [];
const evaluating = { progress: silent.progress, warn: (message: string) => warnings.push(message) };

test("prepares balanced splits of texts and the published encoder with a new head", async () => {
  expect([prepared.defend.size, prepared.validation.size]).toEqual([128, 24]);
  const { labels } = await prepared.defend.batch(Array.from({ length: prepared.defend.size }, (_, i) => i));
  expect([...labels!.data].filter((label) => label === 1)).toHaveLength(64);
  const parameters = prepared.initialParameters!();
  expect(Object.keys(parameters)).toEqual(Object.keys(prepared.model.parameters));
  disposeAll(parameters);
});

test("a site that its model does not have is refused without preparing anything", () => {
  expect(() =>
    resolveRun(task, { preset: "nano", method: "lat", epsilon: 1, seed: 0, sites: ["layers.6.residual"] }),
  ).toThrow(/unknown site .*"layers\.6\.residual".*did you mean/);
});

test("evaluates: every set with every metric, its denominator, axis and direction", async () => {
  const parameters = initialize(prepared.model, 0);
  const { metrics, samples } = await prepared.evaluate(parameters, evaluating);
  const named = new Map(metrics.map((metric) => [metric.name, metric]));
  expect(named.size).toBe(metrics.length);
  const quantities = ["auroc", "accuracy", "f1", "false-negative-rate-at-5", "false-negative-rate-at-10", "loss"];
  for (const quantity of quantities) {
    const axis = { axis: "unforeseen" };
    expect(named.get(`${quantity}/clean`)).toMatchObject({ axis: "clean" });
    for (const set of [...Object.keys(attacks), "worst"]) expect(named.get(`${quantity}/${set}`)).toMatchObject(axis);
  }
  const rate = (set: string) => named.get(`false-negative-rate-at-10/${set}`)!;
  expect([rate("clean").n, rate("words").n, rate("worst").n]).toEqual([16, 12, 12]);
  for (const attack of Object.keys(attacks)) {
    expect(rate("worst").value).toBeGreaterThanOrEqual(rate(attack).value);
    expect(named.get(`queries/${attack}`)!.value).toBeGreaterThan(0);
    expect(samples.filter(({ group }) => group === attack)).toHaveLength(3);
    const warned = warnings.some((message) => message.includes(`"${attack}" changed the verdict on none`));
    expect(warned).toBe((named.get(`attack-success-rate/${attack}`)?.value ?? 0) === 0);
  }
  disposeAll(parameters);
});

test("shows the same texts under every attack, as they were and as they became, with both verdicts", async () => {
  const parameters = initialize(prepared.model, 0);
  const { samples } = await prepared.evaluate(parameters, evaluating);
  const texts = samples.filter((sample) => sample.kind === "text");
  expect(texts).toHaveLength(3 * Object.keys(attacks).length);
  const inputs = new Set(texts.map(({ input }) => input));
  expect(inputs.size).toBe(3);
  for (const { group, input, text, before, output, failed } of texts) {
    const verdict = /^(not )?flagged \(log-odds (-?\d+\.\d\d)\)$/;
    const [was, is] = [before.output, output].map((one) => verdict.exec(one)!);
    expect(Number(is![2])).toBeLessThanOrEqual(Number(was![2]));
    expect(failed).toBe(was![1] === undefined && is![1] !== undefined);
    if (group === "context-before") expect(text.endsWith(input)).toBe(true);
    if (group === "context-after") expect(text.startsWith(input)).toBe(true);
  }
  expect(texts.some(({ input, text }) => input !== text)).toBe(true);
  disposeAll(parameters);
});

test("takes a file of one's own, and adversarial texts that people wrote", async () => {
  const folder = folderWith({
    "own.csv": `text,label\n${Array.from({ length: 60 }, (_, i) => `${i % 2 ? "burn" : "kind"} ${i},${i % 2}`).join("\n")}\n`,
    "people.jsonl": '{"text": "hurt kind", "label": 1}\n{"text": "poison garden", "label": 0.5}\n',
    "benign.csv": "text,label\nkind,0\n",
  });
  const data = { ...context, data: join(folder, "own.csv") };
  const withSet = (name: string) => ({ ...tinyOptions, heldout: { people: join(folder, name) } });
  const own = await task.prepare(withSet("people.jsonl"), data);
  expect(own.defend.size + own.validation.size).toBeGreaterThan(30);
  expect(JSON.parse(own.artifacts!["labels.json"]!)).toEqual({
    data: { harmful: { "score from 0.5": 30 }, benign: { "score under 0.5": 30 } },
    "heldout.people": { harmful: { "score from 0.5": 2 }, benign: {} },
  });
  const parameters = initialize(own.model, 0);
  const { metrics } = await own.evaluate(parameters, evaluating);
  const rate = metrics.find(({ name }) => name === "false-negative-rate-at-10/people")!;
  expect(rate).toMatchObject({ n: 2, axis: "unforeseen" });
  disposeAll(parameters);
  await expect(task.prepare(withSet("benign.csv"), data)).rejects.toThrow(/benign\.csv: none of 1 texts is harmful/);
  await expect(task.prepare(tinyOptions, { ...context, data: join(folder, "benign.csv") })).rejects.toThrow(
    /train: 0 harmful and 1 benign texts; expected some of both/,
  );
});
