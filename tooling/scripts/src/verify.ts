import { runStages, type Stage, setUp, timing } from "./stages.ts";
import { tally } from "./tally.ts";

// The whole check: install, build, provision TensorFlow, then types, style and tests of every package. The last line is
// `N passed, N failed` alone.

const check = {
  name: "check",
  command: [
    ...["bun", "node_modules/turbo/bin/turbo", "run", "typecheck", "lint", "test"],
    // Cached tasks replay their logs, which the tally needs. A TensorFlow test uses every core by itself: more tasks at
    // a time than cores only cost memory.
    ...["--continue", "--output-logs=full", "--log-order=grouped", "--concurrency=100%"],
  ],
} as const satisfies Stage;

const results = await runStages([...setUp, check], { capture: true });
const last = results.at(-1)!;
const { passed, failed } = tally(last.output);
console.log(`\n${timing(results)}`);
console.log(`${passed} passed, ${last.ok ? failed : Math.max(failed, 1)} failed`);
process.exitCode = last.ok ? 0 : 1;
