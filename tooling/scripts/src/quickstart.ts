import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, runStages, setUp, timing } from "./stages.ts";

// From a fresh clone to the first report: install, build, provision TensorFlow, fetch the data, run the nano sweep.

const task = "task-llm-backdoor";
const out = "runs/quickstart";
const lat = ["bun", "packages/lat-cli/dist/main.js"] as const;
const started = existsSync(join(root, out));
if (started) console.log(`${out} exists: what is complete in it is kept. Remove it to start over.`);

const results = await runStages(
  [
    ...setUp,
    { name: "data", command: [...lat, "data", task] },
    {
      name: "sweep",
      command: [...lat, "sweep", task, "--preset", "nano", "--out", out, ...(started ? ["--resume"] : [])],
    },
  ],
  { capture: false },
);

console.log(`\n${timing(results)}`);
process.exitCode = results.at(-1)!.ok ? 0 : 1;
