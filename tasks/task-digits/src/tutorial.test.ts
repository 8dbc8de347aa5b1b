import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const tutorial = readFileSync(join(folder, "../../docs/new-task.md"), "utf8");
const blocks = [...tutorial.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info, code]) => [info!, code!] as const);

test("the tutorial says how long the code is", () => {
  const sources = readdirSync(join(folder, "src")).filter((file) => /(?<!\.test)\.ts$/.test(file));
  const lines = sources.flatMap((file) =>
    readFileSync(join(folder, "src", file), "utf8")
      .trimEnd()
      .split("\n"),
  ).length;
  expect(tutorial).toContain(`Its code has ${lines} lines,`);
});

test("the tutorial shows code of every file that it fills in", () => {
  const files = ["conformance.test.ts", "data.ts", "evaluate.ts", "options.ts", "poison.ts", "presets.ts", "task.ts"];
  expect([...new Set(blocks.map(([info]) => info))].sort()).toEqual(files.map((file) => `ts src/${file}`));
});

test.each(blocks)("the tutorial shows %s as it stands: %j", (info, code) => {
  expect(readFileSync(join(folder, info.split(" ")[1]!), "utf8")).toContain(code);
});
