import { runStages, timing } from "./stages.ts";
import { tally } from "./tally.ts";

// The whole check: install, build, provision TensorFlow, then types, style and tests of every package. The last line is
// `N passed, N failed` alone.

const turbo = ["bun", "node_modules/turbo/bin/turbo", "run"] as const;
// A TensorFlow test uses every core by itself: more tasks at a time than cores only cost memory.
const limits = ["--concurrency=100%", "--output-logs=full", "--log-order=grouped"];

const results = await runStages(
  [
    { name: "install", command: ["bun", "install", "--frozen-lockfile"] },
    { name: "build", command: [...turbo, "build", ...limits] },
    { name: "provision", command: ["bun", "packages/lat-cli/dist/main.js", "doctor", "--fix"] },
    { name: "check", command: [...turbo, "typecheck", "lint", "test", "--continue", ...limits] },
  ],
  { capture: true },
);

const last = results.at(-1)!;
const { passed, failed } = tally(last.output);
console.log(`\n${timing(results)}`);
console.log(`${passed} passed, ${last.ok ? failed : Math.max(failed, 1)} failed`);
process.exitCode = last.ok ? 0 : 1;
