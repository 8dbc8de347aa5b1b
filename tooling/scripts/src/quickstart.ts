import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, type StageResult, stage, timing } from "./stages.ts";

// From a fresh clone to the first report: install, build, provision TensorFlow, fetch the data, run the nano sweep.

const task = "task-llm-backdoor";
const out = "runs/quickstart";
const lat = ["bun", "packages/lat-cli/dist/main.js"] as const;
const started = existsSync(join(root, out));
if (started) console.log(`${out} exists: what is complete in it is kept. Remove it to start over.`);

const stages = [
  ["install", ["bun", "install", "--frozen-lockfile"]],
  ["build", ["bun", "node_modules/turbo/bin/turbo", "run", "build", "--output-logs=errors-only"]],
  ["provision", [...lat, "doctor", "--fix"]],
  ["data", [...lat, "data", task]],
  ["sweep", [...lat, "sweep", task, "--preset", "nano", "--out", out, ...(started ? ["--resume"] : [])]],
] as const;

const results: StageResult[] = [];
for (const [name, command] of stages) {
  const result = await stage(name, command);
  results.push(result);
  if (!result.ok) break;
}

console.log(`\n${timing(results)}`);
process.exitCode = results.at(-1)!.ok ? 0 : 1;
