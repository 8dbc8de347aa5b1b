import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LatError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space, or choose a folder on another disk",
  EDQUOT: "your disk quota is used up; free some space, or choose a folder on another disk",
  EFBIG: "the file is larger than this file system or your limit (ulimit -f) allows; choose a folder on another disk",
  EACCES: "permission denied; choose a path you may use, or change its permissions",
  EPERM: "permission denied; choose a path you may use, or change its permissions",
  EROFS: "the file system is read-only; choose a path on another one",
  EEXIST: "a part of the path is a file, not a folder; choose another path",
  ENOTDIR: "a part of the path is a file, not a folder; choose another path",
  EISDIR: "it is a folder, not a file; choose another path",
  ENOENT: "no such file or folder; check the path",
};

/** A failed file operation as an error for people: what was tried, on which path, why it failed and what to do. */
export function fileError(action: "read" | "write", path: string, cause: unknown): LatError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new LatError(`cannot ${action} ${path}: ${reason}`, { cause });
}

/**
 * Does file operations that make what is at `path`.
 *
 * @throws {LatError} naming the path, where one of them fails
 */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof LatError ? cause : fileError("write", path, cause);
  }
}

/**
 * Writes a whole file or nothing: into a file beside it, flushed to the disk, then renamed over `path`. A reader, and
 * whoever comes after a crash, sees the old content or the new, never a part. Missing folders are made. Content that comes
 * in parts is never held as a whole.
 *
 * @throws {LatError} where the disk is full or the path cannot be written; nothing partial is left behind.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const beside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, "wx");
    try {
      const whole = typeof content === "string" || content instanceof Uint8Array;
      for (const part of whole ? [content] : content) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {}); // the first failure is the one to report
    throw cause instanceof LatError ? cause : fileError("write", path, cause);
  }
}

/** Makes the renames in a folder survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a value as a JSON file, whole or not at all. Throws as `writeFileAtomic` does. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** SHA-256 of a stream of bytes, in hexadecimal. */
export async function sha256(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * SHA-256 of a file's content, in hexadecimal, in constant memory.
 *
 * @throws {LatError} where the file cannot be read.
 */
export function sha256File(path: string): string {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(1 << 20);
  try {
    const file = openSync(path, "r");
    try {
      for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer)) hash.update(buffer.subarray(0, n));
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw fileError("read", path, cause);
  }
  return hash.digest("hex");
}

/** The files below a folder as sorted relative paths. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Bytes that the files below a folder take, one with several names counted once; 0 where there is no such folder. */
export async function folderBytes(folder: string): Promise<number> {
  const paths = await listFiles(folder).catch(() => []);
  const found = await Promise.all(paths.map((path) => stat(join(folder, path)).catch(() => undefined))); // some vanish
  const sizes = new Map(found.map((file) => [file?.ino, file?.size ?? 0]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
