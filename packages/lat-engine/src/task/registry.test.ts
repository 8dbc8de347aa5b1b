import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LatError, UsageError } from "lat-system";
import { failure, temporaryFolder } from "lat-system/testing";
import { describe, expect, it } from "vitest";
import { makeWorkspace, toyCode } from "../testing/workspace.ts";
import { codeDigest } from "./code-digest.ts";
import { findTasks, folderOf, loadTask } from "./registry.ts";

const manifest = (task: string, more: object = {}): object => ({
  ...{ name: `task-${task}`, version: "1.2.3", description: `the task ${task}`, lat: { task } },
  ...more,
});
const toyPackage = { "package.json": manifest("toy"), "dist/index.js": toyCode };

function workspace(packages: Parameters<typeof makeWorkspace>[1]): string {
  const root = realpathSync(temporaryFolder());
  makeWorkspace(root, packages);
  return root;
}

describe("finding tasks", () => {
  it("lists the packages of the workspace around a folder that name a task, sorted by folder", () => {
    const library = { "package.json": { name: "library" } };
    const root = workspace({
      toy: toyPackage,
      alpha: { "package.json": manifest("alpha") },
      library,
      empty: { notes: "" },
    });
    const expected = ["alpha", "toy"].map((task) => ({
      ...{ name: task, version: "1.2.3", description: `the task ${task}`, package: `task-${task}` },
      folder: join(root, "tasks", task),
    }));
    expect(findTasks(root)).toEqual(expected);
    expect(findTasks(join(root, "tasks/toy/dist"))).toEqual(expected);
  });

  it("finds none outside a workspace", () => {
    expect(findTasks(temporaryFolder())).toEqual([]);
  });

  it("refuses two packages that claim one name, naming both", () => {
    const root = workspace({ one: { "package.json": manifest("toy") }, two: { "package.json": manifest("toy") } });
    expect(() => findTasks(root)).toThrow(
      `two packages are the task "toy": ${join(root, "tasks/one")} and ${join(root, "tasks/two")}. Rename one.`,
    );
  });

  it.each([
    ["{ name:", /tasks\/bad\/package\.json is not JSON: /],
    ["", /tasks\/bad\/package\.json is not JSON: /],
    ["[]", /tasks\/bad\/package\.json does not hold what it should:\nit: received \[\], expected an object/],
    ['{"name": 1}', /tasks\/bad\/package\.json does not hold what it should:\nname: received 1, expected a text/],
    [
      '{"name": "bad", "lat": {"task": ""}}',
      /tasks\/bad\/package\.json does not hold what it should:\nlat\.task: received "", expected a text that is not empty/,
    ],
  ])("refuses a package.json of %j, naming the file", (content, message) => {
    const root = workspace({ toy: toyPackage, bad: { "package.json": content } });
    expect(() => findTasks(root)).toThrow(message);
    expect(() => findTasks(root)).toThrow(LatError);
  });
});

describe("loading a task", () => {
  it("gives the default export of its package, and remembers the folder", async () => {
    const root = workspace({ toy: toyPackage });
    const task = await loadTask("toy", root);
    expect(task.name).toBe("toy");
    expect(folderOf(task)).toBe(join(root, "tasks/toy"));
    expect(folderOf({ ...task })).toBeUndefined();
  });

  it("takes the code that its package.json exports", async () => {
    const exported = {
      "package.json": manifest("toy", { exports: "./lib/task.js", type: "module" }),
      "lib/task.js": toyCode,
    };
    expect((await loadTask("toy", workspace({ toy: exported }))).name).toBe("toy");
  });

  it("answers an unknown name with the nearest and all known ones", async () => {
    const root = workspace({ toy: toyPackage, alpha: { "package.json": manifest("alpha") } });
    const error = await failure(loadTask("tooy", root));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe('unknown task "tooy"; did you mean "toy"? Known: alpha, toy');
    expect((await failure(loadTask("toy", temporaryFolder()))).message).toBe('unknown task "toy". Known: none');
  });

  it("says that a package is not built", async () => {
    const root = workspace({ toy: { "package.json": manifest("toy") } });
    expect((await failure(loadTask("toy", root))).message).toBe(
      `the task package task-toy is not built (${join(root, "tasks/toy/dist/index.js")} does not exist): run \`bun run build\``,
    );
  });

  it.each([
    ["export const task = 1;", 'task-toy: its default export is missing, expected the task "toy" (defineTask)'],
    ["export default 5;", 'task-toy: its default export is not a task, expected the task "toy" (defineTask)'],
    [
      'export default { name: "other" };',
      'task-toy: its default export is the task "other", expected the task "toy" (defineTask)',
    ],
  ])("refuses a package with %j", async (code, message) => {
    const root = workspace({ toy: { "package.json": manifest("toy"), "dist/index.js": code } });
    expect((await failure(loadTask("toy", root))).message).toBe(message);
  });

  it("says which package broke where its code does not load", async () => {
    const root = workspace({
      toy: { "package.json": manifest("toy"), "dist/index.js": 'throw new Error("no such file");' },
    });
    const error = await failure(loadTask("toy", root));
    expect(error.message).toBe(
      `the task package task-toy does not load: no such file (${join(root, "tasks/toy/dist/index.js")})`,
    );
    expect(error.exitCode).toBe(1);
  });
});

describe("the code digest", () => {
  /** A task package whose dependency `lat-below` lies in its node_modules, as the built package in `below`. */
  function packages(): { root: string; task: string; below: string } {
    const root = workspace({
      toy: {
        "package.json": manifest("toy", { dependencies: { "lat-below": "1", other: "1" } }),
        "dist/index.js": toyCode,
      },
      below: { "package.json": { name: "lat-below", exports: "./dist/index.js" }, "dist/index.js": "export {};" },
    });
    const [task, below] = [join(root, "tasks/toy"), join(root, "tasks/below")];
    mkdirSync(join(task, "node_modules"));
    symlinkSync(below, join(task, "node_modules/lat-below"));
    return { root, task, below };
  }

  it("changes with the built code of the package and of the packages of this project below it, and with nothing else", () => {
    const { task, below } = packages();
    const digest = codeDigest(task);
    expect(codeDigest(task)).toBe(digest);
    for (const [path, other] of [
      ["README.md", "words"],
      ["src/index.ts", "export {};"],
      ["dist/index.d.ts", "export {};"],
    ] as const) {
      mkdirSync(join(task, "src"), { recursive: true });
      writeFileSync(join(task, path), other);
      expect(codeDigest(task)).toBe(digest);
    }
    writeFileSync(join(task, "dist/more.js"), "export {};");
    const withMore = codeDigest(task);
    writeFileSync(join(below, "dist/index.js"), "export { };");
    const withOtherBelow = codeDigest(task);
    expect(new Set([digest, withMore, withOtherBelow]).size).toBe(3);
    rmSync(join(task, "dist/more.js"));
    writeFileSync(join(below, "dist/index.js"), "export {};");
    expect(codeDigest(task)).toBe(digest);
  });

  it("is the same wherever the packages lie", () => {
    expect(codeDigest(packages().task)).toBe(codeDigest(packages().task));
  });
});
