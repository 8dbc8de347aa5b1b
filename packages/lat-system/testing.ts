// What tests share, here and in packages that fetch: a private cache, tiny packages, and children that run a piece of TypeScript.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { LatError } from "lat-system";
import { expect, onTestFinished } from "vitest";
import { ZipFile } from "yazl";
import type { PackagePin } from "./src/package-pin.ts";
import { type ReadRowsOptions, type Row, readRows } from "./src/rows/rows.ts";

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lat-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file that is removed after the test. */
export function fileWith(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

export async function rowsOf(path: string, options?: ReadRowsOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(path, options)) rows.push(row);
  return rows;
}

export async function cellsOf(path: string): Promise<Row["cells"][]> {
  return (await rowsOf(path)).map(({ cells }) => cells);
}

/** Sets environment variables until the end of the test; undefined removes one. */
export function setEnvironment(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** A cache of the test's own, and a pip that knows nothing but the wheels in the returned `wheels` folder. */
export function offlineWorld(): { readonly cache: string; readonly wheels: string } {
  const [cache, wheels] = [temporaryFolder(), temporaryFolder()];
  setEnvironment({ LAT_CACHE: cache, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, PIP_CONFIG_FILE: "/dev/null" });
  return { cache, wheels };
}

/** Programs of the test's own, found before those of the machine; with `only`, instead of them. */
export function putOnPath(programs: Readonly<Record<string, string>>, options: { only?: boolean } = {}): void {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  setEnvironment({ PATH: options.only ? folder : `${folder}${delimiter}${process.env.PATH}` });
}

/** A pip of a few lines that takes wheels from `wheels`, for tests of what comes after it: the real one takes a second. */
export function quickPip(wheels: string): string {
  return `[ "$1" = -c ] && { echo 3.12.1; exit 0; }
    [ "$3" = --version ] && { echo "pip 24.0"; exit 0; }
    while [ $# -gt 0 ]; do case "$1" in --dest) to=$2;; --requirement) list=$2;; esac; shift; done
    read -r requirement rest < "$list"
    name=$(echo "\${requirement%%==*}" | tr - _)
    cp ${wheels}/$name-*.whl "$to" || { echo "ERROR: No matching distribution found" >&2; exit 1; }`;
}

export function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Writes a zip archive of the given files; scripts are executable. */
export async function makeZip(path: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const zip = new ZipFile();
  for (const [file, content] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(content), file, { mode: String(content).startsWith("#!") ? 0o100755 : 0o100644 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

/** Writes a wheel `name` 1.0 with the given files (scripts executable) into `folder` and returns the pin that takes `members` of it. */
export async function makeWheel(
  folder: string,
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
  members: readonly string[],
  tag = "py3-none-any",
): Promise<PackagePin> {
  const module = name.replaceAll("-", "_");
  const path = join(folder, `${module}-1.0-${tag}.whl`);
  await makeZip(path, {
    ...files,
    [`${module}-1.0.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    [`${module}-1.0.dist-info/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
  });
  return {
    ...{
      name,
      registry: "pypi",
      package: name,
      version: "1.0",
      sha256: [sha256Of(path)],
      members,
      bytes: 1000,
      license: "MIT",
    },
    ...(tag === "py3-none-any" ? {} : { wheelTag: tag }),
  } as PackagePin;
}

/**
 * Runs TypeScript in a process of its own; what it imports as "./…" is taken from the folder `from`.
 *
 * @param prefix shell commands that end in `exec`, to set the process's limits.
 */
export function runScript(from: string, script: string, prefix = "exec"): ChildProcess {
  const path = join(temporaryFolder(), "script.ts");
  writeFileSync(path, script.replaceAll('from "./', `from "${from}/`));
  const child = spawn("/bin/sh", ["-c", `${prefix} "$0" "$1"`, process.execPath, path], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What a child printed, once it has ended. */
export async function outputOf(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => (stdout += chunk));
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

/** Resolves when the child has printed `text`. */
export function printed(child: ChildProcess, text: string): Promise<void> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      if (output.includes(text)) resolve();
    });
    child.on("close", () => reject(new Error(`ended without printing ${text}; it printed: ${output}`)));
  });
}

/** The error for people that work ends in; the test fails where it ends in another, or well. */
export async function failure(work: Promise<unknown>): Promise<LatError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(LatError);
  return error as LatError;
}
