import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSummarySchema, summarySchema } from "lat-engine/records";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bun, installed, lat, temporaryFolder, workspace } from "../fixtures/lat.ts";

const ft = ["run", "blobs", "--preset", "nano", "--method", "ft"];

describe("lat run", () => {
  it("trains, evaluates, and prints its one run's object as JSON", async () => {
    const out = join(temporaryFolder(), "run");
    const { code, stdout, stderr } = await lat([...ft, "--out", out, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(out) });
    const summary = runSummarySchema.parse(JSON.parse(stdout));
    expect(summary).toMatchObject({ method: "ft", epsilon: null, seed: 0, status: "complete" });
    expect(summary.metrics.map(({ name }) => name)).toEqual(["accuracy/clean", "accuracy/shifted"]);
  });

  it("finds the task whose package it is started in, and prints a table", async () => {
    const cwd = join(workspace, "tasks/blobs");
    const parameters = ["run", "--preset", "nano", "--method", "lat", "--epsilon", "0.5", "--site", "hidden"];
    const { code, stdout } = await lat([...parameters, "--out", join(temporaryFolder(), "run")], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^accuracy\/clean +\d+\.\d %/m);
  });

  it("never writes over another run, and keeps a complete one on --resume", async () => {
    const out = join(temporaryFolder(), "run");
    const first = await lat([...ft, "--out", out, "--json"]);
    const again = await lat([...ft, "--out", out]);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain(out);
    const other = await lat([...ft, "--seed", "1", "--out", out, "--resume"]);
    expect(other.code).not.toBe(0);
    expect(other.stderr).toContain("seed");
    const resumed = await lat([...ft, "--out", out, "--resume", "--json"]);
    expect(JSON.parse(resumed.stdout)).toEqual(JSON.parse(first.stdout));
  });

  it("is given its config.yaml back, and goes on in a folder alone", async () => {
    const [out, second] = [join(temporaryFolder(), "run"), join(temporaryFolder(), "run")];
    const lat1 = ["run", "blobs", "--preset", "nano", "--epsilon", "0.5", "--set", "attack.steps=2", "--json"];
    const first = JSON.parse((await lat([...lat1, "--out", out])).stdout) as { checkpointSha256: string };
    const given = await lat(["run", "--config", join(out, "config.yaml"), "--out", second, "--json"]);
    expect(JSON.parse(given.stdout)).toMatchObject({ checkpointSha256: first.checkpointSha256 });
    const resumed = await lat(["run", "--resume", second, "--json"]);
    expect(JSON.parse(resumed.stdout)).toEqual(JSON.parse(given.stdout));
    const own = await lat(["run", "--resume", second, "--seed", "3"]);
    expect([own.code, own.stderr]).toEqual([2, expect.stringContaining("received --seed as well")]);
    const nothing = await lat(["run", "--resume", join(second, "nowhere")]);
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining("config.yaml")]);
  });

  it("lists the sites where one is not known", async () => {
    const out = join(temporaryFolder(), "run");
    const parameters = ["run", "blobs", "--preset", "nano", "--method", "lat", "--epsilon", "1", "--site", "hiden"];
    const { code, stderr } = await lat([...parameters, "--out", out]);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "hidden"? Known: points, hidden');
  });

  it("fails with exit code 1 where the task breaks, and says what broke", async () => {
    const { code, stderr } = await lat([...ft, "--set", "options.fail=true", "--out", join(temporaryFolder(), "run")]);
    expect(code).toBe(1);
    expect(stderr).toContain("the task broke");
    expect(stderr).not.toContain("    at ");
  });

  it("fails with exit code 1 where the training diverges, says so once, and keeps what came of it", async () => {
    const out = join(temporaryFolder(), "run");
    const { code, stdout, stderr } = await lat([...ft, "--set", "defend.learningRate=1e38", "--out", out]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.match(/training diverged at step/g)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(out, "result.json"), "utf8"))).toMatchObject({ status: "diverged" });
  });

  it.each([
    ["--set attack.steps=-1", "attack.steps: received -1, expected a whole number of at least 0"],
    ["--epsilon 1", "ε: received 1 for ft, which perturbs nothing"],
    ["--method pgd", 'unknown method "pgd"'],
    ["--method lat --epsilon -1", "ε: received -1 for lat"],
  ])("refuses %s with exit code 2, writing nothing", async (more, message) => {
    const out = join(temporaryFolder(), "run");
    const { code, stderr } = await lat([...ft, ...more.split(" "), "--out", out]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(existsSync(out)).toBe(false);
  });
});

describe("where TensorFlow does not load", () => {
  it("leaves no folder behind", async () => {
    const [out, cache] = [join(temporaryFolder(), "run"), temporaryFolder()];
    const elsewhere = fileURLToPath(new URL("../fixtures/another-processor.ts", import.meta.url));
    const program = ["--preload", elsewhere, installed];
    for (const more of [[], ["--resume"]]) {
      const { code, stderr } = await bun([...program, ...ft, "--out", out, ...more], { env: { LAT_CACHE: cache } });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("this machine is linux arm64") });
      expect(existsSync(out)).toBe(false);
      expect(readdirSync(cache)).toEqual([]);
    }
  });
});

describe("--dry-run", () => {
  it.each([
    [[], { method: "lat", epsilon: 0.5, sites: ["hidden"] }],
    [["--epsilon", "3"], { method: "lat", epsilon: 3 }],
    [["--method", "ft"], { method: "ft", epsilon: null }],
    [["--method", "lat"], { method: "lat", epsilon: 0.5 }],
    [["--method", "at"], { method: "at", epsilon: 0.25 }],
  ])("runs LAT at the preset's first ε for it unless told otherwise: %j", async (more, expected) => {
    const { stdout } = await lat(["run", "blobs", "--preset", "nano", ...more, "--dry-run", "--json"]);
    expect(JSON.parse(stdout).configs).toEqual([expect.objectContaining(expected)]);
  });

  it("prints the resolved settings as YAML, the number of runs and an estimate, and writes nothing", async () => {
    const cwd = join(workspace, "tasks/blobs");
    const before = readdirSync(cwd);
    const { code, stdout } = await lat(["sweep", "--preset", "nano", "--epsilons", "1:3:3", "--dry-run"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# runs: 10, steps: \d+, time: about \d+ s without compiling, memory: about .*B$/m);
    const plan = parse(stdout);
    expect(plan).toMatchObject({ task: "blobs", preset: "nano", seed: 0, defend: { learningRate: 0.05 } });
    expect(plan.runs.map((run: { method: string; epsilon: number | null }) => [run.method, run.epsilon])).toEqual([
      ["ft", null],
      ...["rlp", "at", "lat"].flatMap((method) => [1, 2, 3].map((epsilon) => [method, epsilon])),
    ]);
    expect(readdirSync(cwd)).toEqual(before);
  });

  it("prints JSON", async () => {
    const { stdout } = await lat([...ft, "--dry-run", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ estimate: { runs: 1 }, configs: [{ task: "blobs", method: "ft" }] });
  });
});

describe("lat sweep", () => {
  it("runs the preset's grid, prints a line for each setting, and writes summary and report", async () => {
    const out = join(temporaryFolder(), "sweep");
    const { code, stdout, stderr } = await lat(["sweep", "blobs", "--preset", "nano", "--out", out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("summary.json") });
    const settings = stdout.split("\n").map((line) => line.split(/\s+/).slice(0, 2));
    for (const setting of [
      ["ft", "–"],
      ["rlp", "0.5"],
      ["at", "0.25"],
      ["lat", "0.5"],
      ["lat", "1"],
    ]) {
      expect(settings).toContainEqual(setting);
    }
    expect(stdout).toMatch(/^\n?(LAT|Nothing can be said) .*\. .*/m);
    const [, report] = /^Report: (.*)$/m.exec(stdout) ?? [];
    expect(existsSync(report!)).toBe(true);
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(out, "summary.json"), "utf8")));
    expect(summary.runs).toHaveLength(5);

    const evaluated = await lat(["evaluate", join(out, summary.runs[0]!.folder), "--json"]);
    expect(JSON.parse(evaluated.stdout).metrics).toEqual(summary.runs[0]!.metrics);
    const reported = await lat(["report", out, "--json"]);
    expect(JSON.parse(reported.stdout).html).toBe(report);

    const page = join(temporaryFolder(), "overview.html");
    const folders = [out, join(out, summary.runs[0]!.folder)];
    const several = await lat(["report", ...folders, "--out", page]);
    expect({ code: several.code, stdout: several.stdout }).toEqual({
      code: 0,
      stdout: `Report: ${page}\nMarkdown: ${page.replace(/html$/, "md")}\n`,
    });
    expect(existsSync(page)).toBe(true);
  });
});

describe("signals", () => {
  const long = [...ft, "--set", "defend.epochs=40", "--json", "--out"];
  const atDefend = /· defend/;

  it("ends saved on the first Ctrl-C, with exit code 130, and resumes to the same checkpoint", async () => {
    const folder = temporaryFolder();
    const straight = await lat([...long, join(folder, "straight")]);
    const stopped = await lat([...long, join(folder, "stopped")], { signals: [{ at: atDefend, send: "SIGINT" }] });
    expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code: 130, stdout: "" });
    expect(stopped.stderr).toContain("--resume");
    const resumed = await lat([...long, join(folder, "stopped"), "--resume"]);
    expect(JSON.parse(resumed.stdout).checkpointSha256).toBe(JSON.parse(straight.stdout).checkpointSha256);
  });

  it("ends a sweep with exit code 130 while it implants, and says how to go on", async () => {
    const out = join(temporaryFolder(), "sweep");
    const sweep = ["sweep", "blobs", "--preset", "nano", "--set", "implant.epochs=41", "--out", out];
    const stopped = await lat(sweep, { signals: [{ at: /· implant/, send: "SIGINT" }] });
    expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code: 130, stdout: "" });
    expect(stopped.stderr).toContain("--resume");
    expect((await lat([...sweep, "--resume"])).code).toBe(0);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends saved on %s, with exit code %i", async (signal, expected) => {
    const out = join(temporaryFolder(), "run");
    const { code, stderr } = await lat([...long, out], { signals: [{ at: atDefend, send: signal }] });
    expect(code).toBe(expected);
    expect(stderr).toContain("--resume");
  });
});
