import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTasks, loadTask, resolveRun, run, silent } from "lat-engine/experiment";
import { setEnvironment } from "lat-system/testing";
import { afterAll, describe, expect, it } from "vitest";
import { modalities, modalityNames } from "./modalities.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A workspace with this repository's packages and no task. */
const root = mkdtempSync(join(tmpdir(), "new-task-"));
for (const name of ["node_modules", "packages", "tooling", "turbo"])
  symlinkSync(join(repository, name), join(root, name));
for (const name of ["package.json", "turbo.json", "bunfig.toml"])
  copyFileSync(join(repository, name), join(root, name));
mkdirSync(join(root, "tasks"));
afterAll(() => rmSync(root, { recursive: true }));

/** Runs a program under the Bun of the tests; its output is shown where it fails. */
function bun(parameters: readonly string[], cwd = root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { cwd, encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

const generate = (...answers: string[]) =>
  bun([join(repository, "node_modules/@turbo/gen/dist/cli.js"), "run", "task", "--root", root, "--args", ...answers]);
const succeeded = { status: 0, output: expect.any(String) };

describe.each(modalityNames)("a generated task for %s", (modality) => {
  const name = `task-${modality}`;
  const folder = join(root, "tasks", name);
  const script = (...parameters: string[]) => bun(["run", ...parameters], folder);

  it("has the shape of the other tasks", () => {
    expect(generate(name, modality, 'It\'s "new" & <made> up')).toEqual(succeeded);
    const sources = ["data", "evaluate", "index", "options", "poison", "presets", "task"].map((each) => `${each}.ts`);
    const files = readdirSync(join(folder, "src")).filter((file) => !file.endsWith(".test.ts"));
    expect(files.sort()).toEqual(sources);
    for (const each of ["README.md", "biome.json", "tsconfig.build.json", "tsconfig.json", "vitest.config.ts"]) {
      expect(existsSync(join(folder, each)), each).toBe(true);
    }
    expect(readFileSync(join(folder, "src/task.ts"), "utf8")).toContain("description: 'It\\'s \"new\" & <made> up'");
    expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toMatchObject({ name, lat: { task: name } });
  });

  it.each(["build", "typecheck", "lint"])("passes its %s", (name) => {
    expect(script(name)).toEqual(succeeded);
  });

  it("is listed and knows its sites", async () => {
    expect(findTasks(root).map((task) => task.name)).toContain(name);
    const { inputSite, site } = modalities[modality];
    const task = await loadTask(name, root);
    const { names, input } = task.sites(task.presets.nano!.options);
    expect(names).toContain(site);
    expect(input).toBe(inputSite);
  });
});

describe("of the generated tasks, the one that is quickest", () => {
  it("passes its tests, the conformance suite among them", () => {
    expect(bun(["run", "test"], join(root, "tasks/task-image"))).toEqual(succeeded);
  });

  it("runs its nano experiment, in which the trigger works before the defence and LAT removes it", async () => {
    setEnvironment({ LAT_CACHE: join(root, "cache") });
    const task = await loadTask("task-image", root);
    const request = { preset: "nano", method: "lat", epsilon: modalities.image.latentEpsilon, seed: 0 } as const;
    const out = join(root, "run");
    const { status, metrics } = await run(task, resolveRun(task, request), { out, resume: false, observer: silent });
    expect(status).toBe("complete");
    const rate = (all: typeof metrics) => all.find((metric) => metric.name === "attack-success-rate/patch")!.value;
    const before = JSON.parse(readFileSync(join(out, "implanted/evaluation.json"), "utf8"));
    expect(rate(before.metrics)).toBeGreaterThan(0.8);
    expect(rate(metrics)).toBeLessThan(0.5);
  });
});

describe("answers that will not do", () => {
  it.each([
    [["mine", "image", "d"], 'received "mine", expected task- and then lower-case letters'],
    [["task-Mine", "image", "d"], 'received "task-Mine", expected task- and then lower-case letters'],
    [["task-mine", "photo", "d"], '"photo"'],
    [["task-image", "image", "d"], "tasks/task-image exists already"],
  ])("%j are refused, and nothing is written", (answers, message) => {
    const written = () => readdirSync(join(root, "tasks"), { recursive: true }).sort();
    const before = written();
    expect(generate(...answers)).toEqual({ status: 1, output: expect.stringContaining(message) });
    expect(written()).toEqual(before);
  });
});
