import { runStages, setUp, timing } from "./stages.ts";

// `parity` and `bench`: set up, then compare with PyTorch. What follows the name goes to the comparison.

const [name, ...parameters] = process.argv.slice(2);
const comparison = { name: name!, command: ["bun", `tooling/${name}/src/main.ts`, ...parameters] } as const;
const results = await runStages([...setUp, comparison], { capture: false });

console.log(`\n${timing(results)}`);
process.exitCode = results.at(-1)!.ok ? 0 : 1;
