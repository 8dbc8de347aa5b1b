import { describe, expect, it } from "vitest";
import type { Manifest, Package } from "./package.ts";
import {
  checkDenormal,
  checkImports,
  checkLength,
  checkManifest,
  checkNamesNoTask,
  checkTopLevel,
  checkUnfinished,
} from "./rules.ts";

const scripts = { build: "a", typecheck: "b", lint: "biome check && bun ../../tooling/house/src/main.ts", test: "c" };
const workspace = "workspace:*";

function manifest(
  name: string,
  dependencies: readonly string[] = [],
  devDependencies: readonly string[] = [],
): Manifest {
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((each) => [each, workspace]));
  return { name, scripts, dependencies: versions(dependencies), devDependencies: versions(devDependencies) };
}

function engine(files: Record<string, string>): Package {
  return {
    folder: "packages/lat-engine",
    manifest: manifest("lat-engine", ["lat-system", "zod"], ["fast-check"]),
    files,
  };
}

describe("checkTopLevel", () => {
  const complete =
    "ARCHITECTURE.md CONTRIBUTING.md LICENSE README.md bun.lockb bunfig.toml package.json packages tasks tooling turbo.json";

  it("accepts what belongs there", () => {
    expect(checkTopLevel([...complete.split(" "), ".gitignore", "node_modules", "runs", "turbo", "docs"])).toEqual([]);
  });

  it("names what is missing and what is too much", () => {
    const entries = complete.split(" ").filter((name) => name !== "LICENSE");
    expect(checkTopLevel([...entries, "src"])).toEqual(["LICENSE is missing", "src does not belong to the top level"]);
  });
});

describe("checkManifest", () => {
  it("accepts dependencies that point down", () => {
    expect(
      checkManifest("packages/lat-engine", manifest("lat-engine", ["lat-tensorflow", "zod"], ["tooling-vitest"])),
    ).toEqual([]);
    expect(checkManifest("tasks/task-a", manifest("task-a", ["lat-models", "lat-engine"]))).toEqual([]);
    expect(checkManifest("tooling/bench", manifest("tooling-bench", ["lat-models"]))).toEqual([]);
  });

  it.each([
    ["packages/lat-system", "lat-system", "lat-engine"],
    ["packages/lat-tensorflow", "lat-tensorflow", "lat-engine"],
    ["packages/lat-engine", "lat-engine", "lat-models"],
    ["packages/lat-report", "lat-report", "lat-models"],
    ["packages/lat-cli", "lat-cli", "task-a"],
    ["packages/lat-cli", "lat-cli", "lat-models"],
    ["tasks/task-a", "task-a", "task-b"],
    ["tasks/task-a", "task-a", "lat-cli"],
    ["tooling/bench", "tooling-bench", "task-a"],
  ])("refuses that %s depends on another way (%s → %s)", (folder, name, dependency) => {
    const violation = [`${folder}: may not depend on ${dependency}`];
    expect(checkManifest(folder, manifest(name, [dependency]))).toEqual(violation);
    expect(checkManifest(folder, manifest(name, [], [dependency]))).toEqual(violation);
  });

  it("refuses a package without a place, a wrong name, and a lint script that skips the rules", () => {
    expect(checkManifest("packages/lat-extra", manifest("lat-extra"))).toEqual([
      expect.stringContaining("has no place"),
    ]);
    expect(checkManifest("tasks/task-a", manifest("task-b"))).toEqual([expect.stringContaining("expected task-a")]);
    expect(checkManifest("tasks/task-a", { name: "task-a", scripts: { ...scripts, lint: "biome check" } })).toEqual([
      expect.stringContaining("does not check the house rules"),
    ]);
    const { test: _, ...untested } = scripts;
    expect(checkManifest("tasks/task-a", { name: "task-a", scripts: untested })).toEqual([
      "tasks/task-a: has no script test",
    ]);
  });
});

// Put together, so that the rules do not take these quotations for imports of this file.
const dynamic = (specifier: string) => ["await import", `("${specifier}")`].join("");

describe("checkImports", () => {
  it("accepts declared packages, builtins, itself, and files inside", () => {
    const files = {
      "src/a.ts":
        'import { z } from "zod";\nimport { join } from "node:path";\nexport type { B } from "./deep/b.ts";\n',
      "src/deep/b.ts": 'import { c } from "../a.ts";\n',
      "src/c.ts": `const system = ${dynamic("lat-system/deep")};`,
      "src/a.test.ts": 'import fc from "fast-check";\nimport { it } from "vitest";\nimport "lat-engine";\n',
    };
    expect(checkImports(engine(files), ["vitest"])).toEqual([]);
  });

  it("does not take comments and quoted code for imports", () => {
    const files = {
      "src/a.ts":
        '/** import { x } from "unknown";\n import "y"; */\n// import "z";\nconst text = `a from "q"`;\nexport type Side = "left";\nexport const clear = "x";\n',
    };
    expect(checkImports(engine(files))).toEqual([]);
  });

  it.each([
    ["undeclared", 'import { x } from "lodash";', 'src/a.ts:1: "lodash" is not declared'],
    ["undeclared types", 'import type { X } from "@types/x/deep";', 'src/a.ts:1: "@types/x" is not declared'],
    ["over several lines", 'import {\n  x,\n} from "lodash";', 'src/a.ts:1: "lodash" is not declared'],
    ["dynamic", `\nconst x = ${dynamic("lodash/fp")};`, 'src/a.ts:2: "lodash" is not declared'],
    ["for its effect", 'import "lodash";', 'src/a.ts:1: "lodash" is not declared'],
    ["of a tool outside tests", 'import fc from "fast-check";', 'src/a.ts:1: "fast-check" is not declared'],
    ["out of the package", 'export * from "../../lat-system/src/index.ts";', "leaves the package"],
  ])("refuses an import that is %s", (_, text, message) => {
    expect(checkImports(engine({ "src/a.ts": text }))).toEqual([expect.stringContaining(message)]);
  });
});

describe("checkNamesNoTask", () => {
  const files = { "src/a.ts": 'const example = "nothing";\nconst name = "task-a";\n' };

  it("refuses a library that names a task", () => {
    expect(checkNamesNoTask(engine(files), ["task-b", "task-a"])).toEqual([
      "packages/lat-engine/src/a.ts:2: names the task task-a",
    ]);
  });

  it("lets a task name itself", () => {
    expect(checkNamesNoTask({ folder: "tasks/task-a", manifest: manifest("task-a"), files }, ["task-a"])).toEqual([]);
  });
});

describe("checkUnfinished", () => {
  it("finds work left undone", () => {
    const word = ["TO", "DO"].join("");
    expect(
      checkUnfinished(engine({ "src/a.ts": `const a = 1;\n// ${word}: the rest\n`, "src/b.ts": "const todos = 1;" })),
    ).toEqual([`packages/lat-engine/src/a.ts:2: says ${word}`]);
  });
});

describe("checkLength", () => {
  it("refuses a file over its budget, tests having more", () => {
    const files = {
      "src/a.ts": "a\n".repeat(350),
      "src/b.ts": "a\n".repeat(351),
      "src/a.test.ts": "a\n".repeat(600),
      "README.md": "a\n".repeat(999),
    };
    expect(checkLength(engine(files))).toEqual([expect.stringContaining("src/b.ts: 351 lines, 350 allowed")]);
  });
});

describe("checkDenormal", () => {
  it.each(["1e-38", "1.1754943e-38", "2e-45", "1_0e-300", "2 ** -127", "Number.MIN_VALUE"])("refuses %s", (number) => {
    const source = `const guard = 1e-6;\nconst other = tf.maximum(1e-7, ${number});\n`;
    expect(checkDenormal(engine({ "src/a.ts": source }))).toEqual([
      `packages/lat-engine/src/a.ts:2: ${number} is 0 in float32, whose smallest normal number is 1.18e-38`,
    ]);
    expect(checkDenormal(engine({ "src/a.test.ts": source, "README.md": source }))).toEqual([]);
  });

  it("accepts what float32 has", () => {
    const source = "[1e-37, 1.17549436e-38, 2 ** -126, 2**-24, 0e-99, 1e38, 1e-6, Number.EPSILON]";
    expect(checkDenormal(engine({ "src/a.ts": source }))).toEqual([]);
  });
});
