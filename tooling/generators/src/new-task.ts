import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ModalityName, modalities, modalityNames } from "./modalities.ts";
import { nameProblem } from "./name.ts";

// `bun run new-task`: writes a new task's package by turbo's generator and installs it. The generator is the pinned one of
// this workspace: `turbo gen` itself would fetch the latest, so that it needs a network and may change its mind.

const root = fileURLToPath(new URL("../../..", import.meta.url));
const usage = `Usage: bun run new-task [-- [--name task-mine] [--modality ${modalityNames.join("|")}] [--description TEXT] [--yes]]
It asks for what is not given; with --yes it asks nothing, and only the name must be given.`;

const cli = join(dirname(createRequire(import.meta.url).resolve("@turbo/gen/package.json")), "dist/cli.js");
const answers = answersOf(readFlags());
run([cli, "run", "task", "--root", root, "--args", ...answers]);
run(["install"]);
console.log("\nIts README.md says how to run it, and docs/new-task.md what to fill in.");

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

function run(command: readonly string[]): void {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function refuse(message: string): never {
  console.error(`error: ${message}`);
  process.exit(2);
}
