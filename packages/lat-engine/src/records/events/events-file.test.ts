import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "lat-system/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Metric } from "../../evaluate/metric.ts";
import type { StepRecord } from "../../train/step-record.ts";
import { MetricsFile } from "../metrics-file.ts";
import { decodeMoment, encodeScalars } from "./event.ts";
import { EVENTS } from "./events-file.ts";
import { readRecords } from "./record.ts";

/** Made by TensorBoard's own writer, from the figures below (`tooling/parity/events_fixture.py`). */
const byTensorBoard = readFileSync(join(import.meta.dirname, "../../../fixtures", EVENTS));
const START = 1767225600.25;
const training = { loss: 2.5, gradientNorm: 0.3, learningRate: 1e-3 };
const steps: readonly StepRecord[] = [
  { step: 1, ...training },
  { step: 2, ...training, attackLosses: [1.5, 2.125] },
  { step: 300, ...training, attackLosses: [1.5, 9, 2.125], attackShares: [0.25, 0, 0.625] },
];
const metric = (name: string, value: number): Metric => {
  return { name, value, n: 10, interval: [0, 1], axis: "clean", better: "lower" };
};
const evaluation = [metric("loss/clean", 0.7), metric("attack-success-rate/größe", 0)];

let folder: string;
let path: string;
let metrics: MetricsFile;
beforeEach(() => {
  vi.useFakeTimers();
  folder = temporaryFolder();
  path = join(folder, EVENTS);
  metrics = new MetricsFile(folder);
});
afterEach(() => {
  vi.useRealTimers();
});

const atSecond = (second: number): void => void vi.setSystemTime((START + second) * 1000);
const moments = (): (readonly [number, number])[] =>
  [...readRecords(readFileSync(path))].map(decodeMoment).map(({ step, wallTime }) => [step, wallTime - START]);

/** Trains the steps, each in the second of its own number. */
function train(from: readonly StepRecord[]): void {
  for (const record of from) {
    atSecond(record.step);
    metrics.append(record);
  }
}

describe("the events of a run", () => {
  it("are to the byte what TensorBoard's own writer makes of the same figures", () => {
    atSecond(0);
    metrics.keepUntil(0);
    train(steps);
    atSecond(301);
    metrics.evaluated(evaluation);
    expect(readFileSync(path).equals(byTensorBoard)).toBe(true);
  });

  it("are an empty events file before the first step, which TensorBoard knows by its version", () => {
    atSecond(0);
    metrics.keepUntil(0);
    expect(readFileSync(path).equals(byTensorBoard.subarray(0, readFileSync(path).length))).toBe(true);
    expect(moments()).toEqual([[0, 0]]);
  });

  it("end at the step that a run resumes from, and keep the times of the steps before it", () => {
    atSecond(0);
    metrics.keepUntil(0);
    train(steps);
    atSecond(1000);
    new MetricsFile(folder).keepUntil(2);
    expect(moments()).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    train(steps.slice(2));
    atSecond(301);
    metrics.evaluated(evaluation);
    expect(readFileSync(path).equals(byTensorBoard)).toBe(true);
  });

  it("say what metrics.jsonl says whatever became of them: cut short, damaged, gone, ahead of it", () => {
    const [first, second, third] = steps as [StepRecord, StepRecord, StepRecord];
    const spoil: (() => void)[] = [
      () => appendFileSync(path, readFileSync(path).subarray(0, 20)),
      () => writeFileSync(path, readFileSync(path).subarray(0, 150)),
      () => writeFileSync(path, readFileSync(path).fill(0, 100, 104)),
      () => rmSync(path),
      () => appendFileSync(path, byTensorBoard),
    ];
    for (const each of spoil) {
      atSecond(0);
      metrics.keepUntil(0);
      train([first, second]);
      each();
      atSecond(1000);
      metrics.keepUntil(2);
      train([third]);
      expect(moments().map(([step]) => step)).toEqual([0, 1, 2, 300]);
    }
  });

  it("hold an evaluation once, the newest, however often it is made", () => {
    train(steps);
    metrics.evaluated([metric("loss/clean", 0.9)]);
    atSecond(301);
    metrics.evaluated(evaluation);
    expect(moments().slice(-2)).toEqual([
      [300, 300],
      [300, 301],
    ]);
    expect([...readRecords(readFileSync(path))].at(-1)).toEqual([...readRecords(byTensorBoard)].at(-1));
  });

  it("of a network that was not trained are its evaluation, at step 0", () => {
    atSecond(5);
    metrics.evaluated(evaluation);
    expect(moments()).toEqual([
      [0, 5],
      [0, 5],
    ]);
  });

  it("cannot be written where their name is taken, and say so", () => {
    mkdirSync(path);
    expect(() => metrics.append(steps[0]!)).toThrow(`cannot write ${path}: it is a folder`);
  });
});

it.each([0, 1, 127, 128, 300, 16_384, 2 ** 31, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER])(
  "step %i is read back",
  (step) => {
    expect(decodeMoment(encodeScalars({ wallTime: START, step, scalars: {} }))).toEqual({ wallTime: START, step });
  },
);
