import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ModalityName, modalities, modalityNames } from "./modalities.ts";
import { nameProblem } from "./name.ts";

// `bun run new-task`: writes a new task's package by turbo's generator, installs it and sets up what it runs on. The
// generator is the workspace's own copy of turbo's: `turbo gen` itself would fetch whichever is the latest.

const root = fileURLToPath(new URL("../../..", import.meta.url));
const usage = `Usage: bun run new-task [-- [--name task-mine] [--modality ${modalityNames.join("|")}] [--description TEXT] [--yes]]
It asks for what is not given; with --yes it asks nothing, and only the name must be given.`;

const generator = join(root, "node_modules/@turbo/gen/dist/cli.js");
const answers = answersOf(readFlags());
if (!existsSync(generator)) run(["install", "--frozen-lockfile"]);
run([generator, "run", "task", "--root", root, "--args", ...answers]);
run(["install"]);
run(["node_modules/turbo/bin/turbo", "run", "build", "--output-logs=errors-only"]);
const ready = succeeds(["packages/lat-cli/dist/main.js", "doctor", "--fix"]);
if (!ready) console.log("\nTensorFlow could not be set up now; `bun run lat doctor --fix` does it later.");
console.log("\nThe package's README.md says how to run it, and docs/new-task.md what to fill in.");

function readFlags() {
  const [text, flag] = [{ type: "string" }, { type: "boolean" }] as const;
  const options = { name: text, modality: text, description: text, yes: flag, help: flag } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    refuse(`${(error as Error).message}\n${usage}`);
  }
}

/** What the generator is to be told, in its order; it asks for those that are "_". */
function answersOf({ name, modality, description, yes, help }: ReturnType<typeof readFlags>): string[] {
  if (help) {
    console.log(usage);
    process.exit(0);
  }
  const problem = name === undefined ? undefined : nameProblem(name, root);
  if (problem) refuse(`--name: ${problem}`);
  if (modality !== undefined && !Object.hasOwn(modalities, modality)) {
    refuse(`--modality: received "${modality}", expected one of ${modalityNames.join(", ")}`);
  }
  const defaults = modalities[(modality ?? "image") as ModalityName];
  const given = yes ? [name, modality ?? "image", description ?? defaults.description] : [name, modality, description];
  if (given.includes(undefined) && (yes || !process.stdin.isTTY))
    refuse(`not everything is given, and nobody can be asked\n${usage}`);
  return given.map((answer) => answer ?? "_");
}

/** Ends the program where the command fails, which has said why. */
function run(command: readonly string[]): void {
  if (!succeeds(command)) process.exit(1);
}

function succeeds(command: readonly string[]): boolean {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
  return spawnSync(process.execPath, command, { cwd: root, stdio: "inherit", env }).status === 0;
}

function refuse(message: string): never {
  console.error(`error: ${message}`);
  process.exit(2);
}
