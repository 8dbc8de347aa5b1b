import { runCommand } from "../command.ts";

export interface Python {
  readonly command: string;
  readonly version: string;
  /** Undefined where this Python has no pip. */
  readonly pip: string | undefined;
}

/** The Python that the user's shell would start, with the version of its pip; undefined where there is none. */
export async function findPython(): Promise<Python | undefined> {
  for (const command of ["python3", "python"]) {
    const found = await runCommand(command, ["-c", "import platform; print(platform.python_version())"]);
    if (found === undefined || found.code !== 0 || found.stdout.startsWith("2.")) continue;
    const pip = await runCommand(command, ["-m", "pip", "--version"]);
    return { command, version: found.stdout.trim(), pip: pip?.code === 0 ? pip.stdout.split(" ")[1] : undefined };
  }
  return undefined;
}
