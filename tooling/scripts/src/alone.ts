import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./stages.ts";

// Whether a task needs no other: each named task (without names, every one) is verified in a clone of what is committed
// here from which the other tasks are removed. What does not depend on them is replayed from this checkout's cache.

const tasks = readdirSync(join(root, "tasks"));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : tasks;
const unknown = chosen.filter((task) => !tasks.includes(task));
if (unknown.length > 0) {
  console.error(`error: received ${unknown.join(", ")}, expected names of folders in tasks: ${tasks.join(", ")}`);
  process.exit(2);
}

const outcomes = chosen.map((task) => {
  console.log(`\n── ${task} alone`);
  const clone = mkdtempSync(join(tmpdir(), `${task}-`));
  const run = (program: string, parameters: readonly string[]): boolean => {
    const env = { ...process.env, TURBO_CACHE_DIR: join(root, ".turbo/cache") };
    return spawnSync(program, parameters, { cwd: clone, stdio: "inherit", env }).status === 0;
  };
  const started = performance.now();
  const cloned = run("git", ["clone", "--quiet", root, "."]);
  for (const other of tasks) if (other !== task) rmSync(join(clone, "tasks", other), { recursive: true, force: true });
  const passes = cloned && run(process.execPath, ["install"]) && run(process.execPath, ["run", "verify"]);
  rmSync(clone, { recursive: true, force: true });
  return {
    passes,
    line: `${task}: ${passes ? "passes" : "fails"}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  };
});
console.log(`\n${outcomes.map(({ line }) => line).join("\n")}`);
process.exitCode = outcomes.every(({ passes }) => passes) ? 0 : 1;
