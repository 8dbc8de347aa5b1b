import { type Command, InvalidArgumentError } from "commander";

// How the values of options are read. A value that cannot be read ends with exit code 2 and commander's message, which
// names the option; whether a value makes sense for a task is for the engine to say.

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("Expected a whole number, 0 or more.");
  return value;
}

/** `1:16:6` is six numbers evenly spaced from 1 to 16; `1,4,16` is those three. */
export function numberGrid(text: string): number[] {
  if (!text.includes(":")) return list(text).map(number);
  const parts = text.split(":");
  const [from, to, count] = parts.map(number);
  if (
    parts.length !== 3 ||
    from === undefined ||
    to === undefined ||
    count === undefined ||
    !(count >= 2) ||
    count % 1 !== 0
  ) {
    throw new InvalidArgumentError(
      "Expected from:to:count with at least 2 numbers, such as 1:16:6, or a list such as 1,4,16.",
    );
  }
  return Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
}

export function wholeNumbers(text: string): number[] {
  return list(text).map(wholeNumber);
}

export function names(text: string): string[] {
  return list(text);
}

/** An option that may be repeated, or given once with commas: `--site a --site b`, `--site a,b`. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, ...list(text)];
}

/** An option that may be repeated and whose value may contain commas. */
export function collectWhole(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

export function device(text: string): "cpu" | "gpu" {
  if (text !== "cpu" && text !== "gpu") throw new InvalidArgumentError("Expected cpu or gpu.");
  return text;
}

function list(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) throw new InvalidArgumentError("Expected a comma-separated list without empty parts.");
  return parts;
}

/** What every verb takes. */
export interface CommonOptions {
  readonly json?: true;
}

/** A verb with what every verb has: `--json`, `--debug`, and an example under its help. */
export function verb(program: Command, signature: string, description: string, example: string): Command {
  return program
    .command(signature)
    .description(description)
    .option("--json", "print the result as JSON on stdout, everything else on stderr")
    .option("--debug", "show stack traces of errors")
    .addHelpText("after", `\nExample:\n  ${example}`);
}

/** Where and how TensorFlow computes. */
export interface ComputeOptions {
  readonly device?: "cpu" | "gpu";
  readonly threads?: number;
  readonly eager?: true;
}

export function addComputeOptions(command: Command): Command {
  return command
    .option("--device <cpu|gpu>", "compute there (default: the first GPU where there is one, else the CPU)", device)
    .option("--threads <n>", "CPU threads of one operation (default: what affinity and cgroup allow)", wholeNumber)
    .option("--eager", "run operation by operation: slow, stops at the one that makes the first NaN or infinity");
}

/** What `run` and `sweep` share. */
export interface ExperimentOptions extends CommonOptions, ComputeOptions {
  readonly preset?: string;
  readonly site?: readonly string[];
  readonly set?: readonly string[];
  readonly data?: string;
  readonly heldout?: readonly string[];
  readonly out?: string;
  /** The settings written before that are used, as a file. */
  readonly config?: string;
  /** True: go on in the folder of these settings; a text: in this folder, with the settings in it. */
  readonly resume?: true | string;
  readonly dryRun?: true;
}

export function addExperimentOptions(command: Command): Command {
  return addComputeOptions(command)
    .option("--preset <name>", "the size of the experiment: nano, …; without it, what the task has is listed")
    .option("--site <name>", "perturb here instead of the preset's site; repeat for several at once", collect)
    .option(
      "--set <key=value>",
      "override a setting: defend.learningRate=1e-4, attack.steps=8; repeatable",
      collectWhole,
    )
    .option("--data <path>", "your own data instead of the task's packages")
    .option(
      "--heldout <name=file>",
      "measure on this set too, made by people, where the task takes such; repeatable",
      collectWhole,
    )
    .option("--out <dir>", "the folder to write (default: under runs/, named by what it holds)")
    .option("--config <file>", "the settings of a config.yaml or sweep.json written before, instead of all the others")
    .option(
      "--resume [dir]",
      "go on with what is in this folder; without one, in --out, which must have the same settings",
    )
    .option("--dry-run", "print the resolved settings, the number of runs and an estimate; compute nothing");
}
