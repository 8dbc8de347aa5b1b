import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import yauzl from "yauzl";
import { lastLines, runCommand } from "../command.ts";
import { LatError } from "../errors.ts";
import { fileError } from "../files.ts";
import { groupBy } from "../group-by.ts";

/** Between an archive inside the archive and a path in that one: `data/model.zip!/config.json`. */
const INSIDE = "!/";

/**
 * Extracts `members` of a zip archive into `folder`, streamed: exact paths, or folders ending in `/`. Those of an archive
 * inside it (`data/model.zip!/config.json`, `data/model.zip!/` for all) come to lie in a folder of that one's name
 * (`data/model.zip/config.json`).
 *
 * @param onBytes receives the bytes written so far and in all, for each archive anew.
 * @throws {LatError} where an archive is damaged, lacks a member, or the disk is full.
 */
export async function extractZip(
  archive: string,
  members: readonly string[],
  folder: string,
  onBytes: (done: number, total: number) => void,
): Promise<void> {
  const here = new Set(members.map((member) => member.split(INSIDE)[0]!));
  await extractEntries(archive, [...here], folder, onBytes);
  const nested = groupBy(
    members.filter((member) => member.includes(INSIDE)),
    (member) => member.slice(0, member.indexOf(INSIDE)),
  );
  for (const [inner, all] of nested) {
    const place = join(folder, inner);
    const unpacked = `${place}!`;
    await rename(place, unpacked);
    const inside = all.map((member) => member.slice(inner.length + INSIDE.length));
    await extractZip(unpacked, inside, place, onBytes);
    await rm(unpacked);
  }
}

async function extractEntries(
  archive: string,
  members: readonly string[],
  folder: string,
  onBytes: (done: number, total: number) => void,
): Promise<void> {
  const zip = await yauzl.openPromise(archive, { autoClose: false }).catch((cause) => {
    throw new LatError(`${archive}: not a readable zip archive (${(cause as Error).message})`, { cause });
  });
  try {
    const entries: yauzl.Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (members.some((member) => covers(member, entry.fileName)) && !entry.fileName.endsWith("/"))
        entries.push(entry);
    }
    requireMembers(
      archive,
      members,
      entries.map((entry) => entry.fileName),
    );
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const entry of entries) {
      const path = join(folder, entry.fileName);
      // The upper half holds the Unix mode; as pip does, only whether anyone may execute it is kept.
      const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
      await mkdir(dirname(path), { recursive: true });
      const count = async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          done += chunk.length;
          onBytes(done, total);
          yield chunk;
        }
      };
      await pipeline(
        await zip.openReadStreamPromise(entry),
        count,
        createWriteStream(path, { mode: executable ? 0o755 : 0o644 }),
      ).catch((cause) => {
        throw fileError("write", path, cause);
      });
    }
  } finally {
    zip.close();
  }
}

/**
 * Extracts `members` of an npm tarball, given relative to the package's folder in it, into `folder`.
 *
 * @throws {LatError} where the archive is damaged, lacks a member, or the disk is full.
 */
export async function extractTarball(archive: string, members: readonly string[], folder: string): Promise<void> {
  const listing = await tar(["-tzf", archive], archive);
  const names = listing.split("\n").filter((name) => name !== "" && !name.endsWith("/"));
  const root = names[0]?.split("/")[0] ?? "";
  requireMembers(
    archive,
    members,
    names.map((name) => name.slice(root.length + 1)),
  );
  const paths = members.map((member) => `${root}/${member.replace(/\/$/, "")}`);
  await tar(["-xzf", archive, "-C", folder, "--strip-components=1", ...paths], folder);
}

async function tar(args: readonly string[], path: string): Promise<string> {
  const result = await runCommand("tar", args);
  if (result === undefined) throw new LatError("cannot extract an npm package: there is no `tar` on PATH; install it");
  if (result.code === 0) return result.stdout;
  const full = /No space left on device/i.test(result.stderr);
  throw fileError("write", path, full ? { code: "ENOSPC" } : new Error(lastLines(result.stderr)));
}

/** Whether a member names this file: exactly, by a folder ending in `/`, or as "" by everything in the archive. */
function covers(member: string, name: string): boolean {
  return member === "" || (member.endsWith("/") ? name.startsWith(member) : name === member);
}

function requireMembers(archive: string, members: readonly string[], names: readonly string[]): void {
  for (const member of members) {
    if (!names.some((name) => covers(member, name)))
      throw new LatError(
        `${archive}: has no ${member || "files"}; the package is pinned with paths it does not contain`,
      );
  }
}
