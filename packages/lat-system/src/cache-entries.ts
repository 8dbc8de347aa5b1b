import { readdirSync, readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { folderBytes, writing } from "./files.ts";
import { claim, type Holder, holderOf } from "./lock.ts";

/** Something in the per-user cache. */
export interface CacheEntry {
  /** The folder of the cache that it is in: `packages`. */
  readonly room: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly modified: Date;
  /** Left by work that was interrupted, or that goes on. */
  readonly partial: boolean;
}

/** What the per-user cache holds, room by room. */
export async function listCache(): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const room of await namesIn(cacheFolder())) {
    for (const name of await namesIn(cacheFolder(room))) {
      const path = cacheFolder(room, name);
      const found = await stat(path).catch(() => undefined); // it may vanish meanwhile
      if (!found) continue;
      const bytes = found.isDirectory() ? await folderBytes(path) : found.size;
      entries.push({ room, name, path, bytes, modified: found.mtime, partial: baseOf(name) !== name });
    }
  }
  return entries;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** What a partial folder or a lock is of: `x` of `x.partial-aB3`, `x.partial` and `x.lock`. */
function baseOf(name: string): string {
  return name.split(/\.(?:partial|lock)(?=[.-]|$)/)[0]!;
}

/** The live process that makes an entry, or has files of it loaded; undefined where there is none. */
export async function userOf({ room, name, path }: CacheEntry): Promise<Holder | undefined> {
  return (await holderOf(lockOf(room, name))) ?? loaderOf(path);
}

function lockOf(room: string, name: string): string {
  return `${cacheFolder(room, baseOf(name))}.lock`;
}

/** A process of this machine, but this one, that has a file below a folder in its memory. */
function loaderOf(folder: string): Holder | undefined {
  if (process.platform !== "linux") return undefined;
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const pid = processes.find((name) => {
    try {
      return readFileSync(join("/proc", name, "maps"), "utf8").includes(`${folder}/`);
    } catch {
      return false; // it ended, or is somebody else's
    }
  });
  return pid === undefined ? undefined : { host: "this machine", pid: Number(pid) };
}

/**
 * Removes an entry, unless a live process makes or uses it.
 *
 * @returns that process; undefined where the entry is gone
 * @throws {LatError} where it cannot be removed
 */
export async function removeEntry(entry: CacheEntry): Promise<Holder | undefined> {
  const loader = loaderOf(entry.path);
  if (loader) return loader;
  // Whoever would make it waits until it is gone.
  const taken = await claim(lockOf(entry.room, entry.name));
  if ("holder" in taken) return taken.holder;
  try {
    await writing(entry.path, () => rm(entry.path, { recursive: true, force: true }));
  } finally {
    taken.claim.release();
  }
  return undefined;
}
