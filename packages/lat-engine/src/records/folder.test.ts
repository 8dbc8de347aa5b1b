import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "lat-system";
import { failure, temporaryFolder } from "lat-system/testing";
import { describe, expect, it } from "vitest";
import type { RunConfig } from "../configuration/config.ts";
import { resolveRun } from "../experiment/resolve.ts";
import { toyTask } from "../testing/toy.ts";
import type { StepRecord } from "../train/step-record.ts";
import { appendJsonLine } from "./append-json-line.ts";
import { holdsRun, readRunConfig, writeRunConfig } from "./folder.ts";
import { MetricsFile } from "./metrics-file.ts";

const config = resolveRun(toyTask, { preset: "nano", method: "lat", epsilon: 1, seed: 0 });
/** Opens a run's folder as a run does: made with its configuration, or held already. */
async function open(folder: string, asked: RunConfig, resume: boolean): Promise<void> {
  if (!holdsRun(folder, asked, resume)) await writeRunConfig(folder, asked);
}

const onLinux = process.platform === "linux";

describe("a run's folder", () => {
  it("is made, and holds the whole configuration", async () => {
    const folder = join(temporaryFolder(), "a/b");
    await open(folder, config, false);
    expect(readRunConfig(folder)).toEqual(config);
  });

  it("may be empty, or hold what a killed process left of its first file", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "config.yaml.123-abcd.tmp"), "schema:");
    await open(folder, config, true);
    expect(readRunConfig(folder)).toEqual(config);
  });

  it("that holds something else is refused and left as it is", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "thesis.tex"), "words");
    for (const resume of [false, true]) {
      const error = await failure(open(folder, config, resume));
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toBe(`${folder} is not empty and holds no run: choose another --out`);
    }
    expect(readdirSync(folder)).toEqual(["thesis.tex"]);
    const file = join(folder, "thesis.tex");
    expect((await failure(open(file, config, false))).message).toContain(`cannot write ${file}: `);
    expect(readFileSync(file, "utf8")).toBe("words");
  });

  it("that holds another run is refused, with --resume as well, naming the keys that differ", async () => {
    const folder = temporaryFolder();
    await open(folder, config, false);
    const again = await failure(open(folder, config, false));
    expect(again.exitCode).toBe(2);
    expect(again.message).toBe(`${folder} already holds a run: continue it with --resume, or choose another --out`);
    await open(folder, config, true);

    const set = { "attack.steps": 4, "attack.stepSize": { relative: 0.5 }, "options.examples": 8 };
    const other = resolveRun(toyTask, { preset: "nano", method: "lat", epsilon: 2, sites: ["scaled"], seed: 1, set });
    const differing = await failure(open(folder, other, true));
    expect(differing.exitCode).toBe(2);
    expect(differing.message.split("Differing: ")[1]!.split("; ")).toEqual([
      "epsilon: 1 there, 2 now",
      'sites: ["hidden"] there, ["scaled"] now',
      "seed: 0 there, 1 now",
      "options.examples: 64 there, 8 now",
      "attack.steps: 2 there, 4 now",
      'attack.stepSize: null there, {"relative":0.5} now',
    ]);
    expect(readRunConfig(folder)).toEqual(config);
  });

  it.skipIf(!onLinux)("that cannot be made or written is refused with the path", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    const below = await failure(open(join(folder, "file/run"), config, false));
    expect(below.message).toMatch(/cannot write .*file\/run: a part of the path is a file/);
    // Nobody can make folders there, the system's administrator neither.
    const refused = await failure(open("/proc/run", config, false));
    expect(refused.message).toMatch(/^cannot write \/proc\/run: /);
    expect(refused.exitCode).toBe(1);
  });
});

describe("config.yaml", () => {
  const withConfig = (content: string): string => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "config.yaml"), content);
    return folder;
  };

  it.each([
    ["task: [toy", /config\.yaml is not YAML: /],
    ["", /config\.yaml does not hold what it should:\nit: received null, expected an object/],
    ["- 1", /config\.yaml does not hold what it should:\nit: received \[1\], expected an object/],
    ["schema: 2", /config\.yaml has schema 2; this version reads schema 1\. Use the version that wrote it/],
    ["preset: nano", /\nschema: missing, expected 1\ntask: missing, expected a text\n/],
    ["schema: 1\nmethod: pgd", /\nmethod: received "pgd", expected one of ft, rlp, at, lat\n/],
    ["\0\x01", /config\.yaml (is not YAML|does not hold)/],
  ])("of %j is refused, naming the file and what it should hold", async (content, message) => {
    const folder = withConfig(content);
    expect(() => readRunConfig(folder)).toThrow(message);
    const error = await failure(open(folder, config, true));
    expect(error.message).toContain(join(folder, "config.yaml"));
    expect(error.exitCode).toBe(1);
  });

  it("that is not there is said to be missing", () => {
    const folder = temporaryFolder();
    expect(() => readRunConfig(folder)).toThrow(`cannot read ${join(folder, "config.yaml")}: no such file`);
  });
});

describe("metrics.jsonl", () => {
  const line = (step: number): StepRecord => ({ step, loss: 1 / step, gradientNorm: 2, learningRate: 0.1 });
  const written = (steps: number): { metrics: MetricsFile; path: string } => {
    const folder = temporaryFolder();
    const metrics = new MetricsFile(folder);
    for (let step = 1; step <= steps; step++) metrics.append(line(step));
    return { metrics, path: join(folder, "metrics.jsonl") };
  };

  it("keeps the lines until the step that a run resumes from", () => {
    const { metrics } = written(5);
    metrics.keepUntil(3);
    expect(metrics.read()).toEqual([1, 2, 3].map(line));
    metrics.keepUntil(9);
    expect(metrics.read()).toHaveLength(3);
    metrics.keepUntil(0);
    expect(metrics.read()).toEqual([]);
  });

  it("drops a line that a kill or a full disk cut short, wherever it was cut", () => {
    const whole = `${JSON.stringify(line(3))}\n`;
    for (let length = 1; length < whole.length; length++) {
      const { metrics, path } = written(2);
      appendFileSync(path, whole.slice(0, length));
      expect(metrics.read()).toEqual([1, 2].map(line));
      metrics.keepUntil(2);
      metrics.append(line(3));
      expect(metrics.read()).toEqual([1, 2, 3].map(line));
    }
  });

  it.each([
    ["{broken", /metrics\.jsonl line 3 is not JSON: /],
    [
      '{"step":3,"loss":null}',
      /metrics\.jsonl line 3 does not hold what it should:\nloss: received null, expected a number/,
    ],
  ])("with a line %j in it is refused, naming the line", (bad, message) => {
    const { metrics, path } = written(2);
    appendFileSync(path, `${bad}\n${JSON.stringify(line(4))}\n`);
    expect(() => metrics.read()).toThrow(message);
    expect(() => metrics.keepUntil(4)).toThrow(message);
    expect(readFileSync(path, "utf8")).toContain(bad);
  });

  it.skipIf(!onLinux)("on a full disk says so", () => {
    const folder = temporaryFolder();
    const path = join(folder, "metrics.jsonl");
    symlinkSync("/dev/full", path);
    expect(() => appendJsonLine(path, {})).toThrow(`cannot write ${path}: the disk is full; free some space`);
    mkdirSync(join(folder, "folder"));
    expect(() => appendJsonLine(join(folder, "folder"), {})).toThrow(/it is a folder/);
  });
});
