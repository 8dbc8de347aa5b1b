import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// These scripts start before anything is installed: they import nothing but what Bun itself brings.

export const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/**
 * Where Bun was started through npx, the Bun on PATH is npx's; a child of a child (turbo starts `bun run build`) finds
 * either that one or, once installed, the workspace's own.
 */
const environment = {
  ...process.env,
  PATH: `${process.env.PATH}:${join(root, "node_modules/.bin")}`,
  TURBO_TELEMETRY_DISABLED: "1",
};

export interface Stage {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface StageResult {
  readonly name: string;
  readonly seconds: number;
  readonly ok: boolean;
  /** What the command printed; empty where that was not asked for. */
  readonly output: string;
}

/** From a fresh clone to a `lat` that runs; each stage is skipped in a second or two where its work is done. */
export const setUp: readonly Stage[] = [
  { name: "install", command: ["bun", "install", "--frozen-lockfile"] },
  { name: "build", command: ["bun", "node_modules/turbo/bin/turbo", "run", "build", "--output-logs=errors-only"] },
  { name: "provision", command: ["bun", "packages/lat-cli/dist/main.js", "doctor", "--fix"] },
];

/**
 * Runs commands in the repository's root until one fails, and returns what became of each that ran. With `capture`
 * their output is returned as well as shown; without, they have the terminal to themselves and may draw progress bars.
 */
export async function runStages(stages: readonly Stage[], { capture }: { capture: boolean }): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const { name, command } of stages) {
    console.log(`\n── ${name}: ${command.join(" ")}`);
    const started = performance.now();
    const { code, output } = await runCommand(command, capture);
    const seconds = (performance.now() - started) / 1000;
    console.log(`── ${name}: ${code === 0 ? "done" : `failed with exit code ${code}`} in ${seconds.toFixed(1)} s`);
    results.push({ name, seconds, ok: code === 0, output });
    if (code !== 0) break;
  }
  return results;
}

function runCommand(
  [program, ...parameters]: Stage["command"],
  capture: boolean,
): Promise<{ code: number; output: string }> {
  const executable = program === "bun" ? process.execPath : program;
  const outputs = capture ? "pipe" : "inherit";
  return new Promise((resolve) => {
    const child = spawn(executable, parameters, { cwd: root, env: environment, stdio: ["inherit", outputs, outputs] });
    let output = "";
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        to.write(text);
      });
    }
    child.on("error", (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** `install 3.2 s · build 14.0 s · total 17.2 s` */
export function timing(results: readonly StageResult[]): string {
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return [...results.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`), `total ${total.toFixed(1)} s`].join(
    " · ",
  );
}
