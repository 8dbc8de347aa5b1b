import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, findPython, LatError, lastLines, runCommand, withLock } from "lat-system";

const requirements = fileURLToPath(new URL("../requirements.txt", import.meta.url));

/**
 * The Python of a virtual environment that holds requirements.txt; made at the first call, in the per-user cache, with
 * the user's own pip configuration.
 *
 * @throws {LatError} with what to do, where there is no Python or pip fails
 */
export async function pytorch(report: (message: string) => void): Promise<string> {
  const base = await findPython();
  if (!base) throw new LatError("there is no Python on PATH; install Python 3.11 or newer with its venv module");
  const name = createHash("sha256").update(base.version).update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = cacheFolder("pytorch", name);
  const python = join(folder, "bin", "python");
  // Written last: an environment without it was interrupted, and is made again.
  const complete = join(folder, "complete");
  await mkdir(cacheFolder("pytorch"), { recursive: true });
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(complete)) return;
      report(`installing PyTorch into ${folder} (once; some minutes)`);
      await rm(folder, { recursive: true, force: true });
      await run(
        base.command,
        ["-m", "venv", folder],
        "install Python's venv module (for example: apt install python3-venv)",
      );
      await run(
        python,
        ["-m", "pip", "install", "--quiet", "--requirement", requirements],
        "check the network and `pip config list`",
      );
      await writeFile(complete, "");
    },
    { onWait: report },
  );
  return python;
}

async function run(command: string, args: readonly string[], advice: string): Promise<void> {
  const result = await runCommand(command, args);
  if (result?.code === 0) return;
  throw new LatError(
    `${[command, ...args].join(" ")} failed; ${advice}:\n${lastLines(result ? result.stdout + result.stderr : "")}`,
  );
}
