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

export interface StageResult {
  readonly name: string;
  readonly seconds: number;
  readonly ok: boolean;
  readonly output: string;
}

/** Runs one command in the repository's root, shows its output as it comes, and returns it with the time it took. */
export async function stage(name: string, command: readonly [string, ...string[]]): Promise<StageResult> {
  console.log(`\n── ${name}: ${command.join(" ")}`);
  const started = performance.now();
  const { code, output } = await show(command);
  const seconds = (performance.now() - started) / 1000;
  console.log(`── ${name}: ${code === 0 ? "done" : `failed with exit code ${code}`} in ${seconds.toFixed(1)} s`);
  return { name, seconds, ok: code === 0, output };
}

function show([program, ...parameters]: readonly [string, ...string[]]): Promise<{ code: number; output: string }> {
  const executable = program === "bun" ? process.execPath : program;
  return new Promise((resolve) => {
    const child = spawn(executable, parameters, { cwd: root, env: environment, stdio: ["inherit", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
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
