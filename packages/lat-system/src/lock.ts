import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileError } from "./files.ts";

const POLL_MS = 100;
const PATIENCE_MS = 3000;

/** Who holds a lock. A process is known by its start as well as its id, since ids are used again. */
interface Owner {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string | undefined;
}

export interface LockOptions {
  /** Called once, after a few seconds of waiting, with a message that says for whom. */
  readonly onWait?: ((message: string) => void) | undefined;
}

/**
 * Runs `work` while no other process, and no other call in this one, holds the lock file `path`. The lock of a process
 * that died is broken; one held from another machine (a shared folder) is waited for.
 *
 * @throws {LatError} where the lock file cannot be written.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await acquire(path, options);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, { onWait }: LockOptions): Promise<void> {
  const mine: Owner = {
    token: randomBytes(8).toString("hex"),
    host: hostname(),
    pid: process.pid,
    started: processStart(process.pid),
  };
  const began = Date.now();
  let told = false;
  while (!(await create(path, mine))) {
    const owner = await read(path);
    if (owner === undefined) continue;
    if (isDead(owner)) {
      await breakLock(path, owner);
      continue;
    }
    if (!told && Date.now() - began >= PATIENCE_MS) {
      told = true;
      onWait?.(`waiting for process ${owner.pid} on ${owner.host}, which holds ${path}`);
    }
    await sleep(POLL_MS);
  }
}

/** Makes the lock file with its content in one step, so that nobody reads a half-written owner. False where it exists. */
async function create(path: string, owner: Owner): Promise<boolean> {
  const beside = `${path}.${owner.token}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, JSON.stringify(owner));
    return await link(beside, path).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === "EEXIST") return false;
        throw cause;
      },
    );
  } catch (cause) {
    throw fileError("write", path, cause);
  } finally {
    await rm(beside, { force: true }).catch(() => {}); // where it could not be made, there is nothing to remove
  }
}

async function read(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError("read", path, cause);
  }
}

/**
 * Removes a dead owner's lock. Two waiters may find the same dead owner, and the slower must not remove the lock that
 * the faster then took: so the right to remove is itself a lock, named by the dead owner, under which one looks again.
 */
async function breakLock(path: string, dead: Owner): Promise<void> {
  await withLock(`${path}.${dead.token}`, async () => {
    if ((await read(path))?.token === dead.token) await rm(path, { force: true });
  });
}

function isDead(owner: Owner): boolean {
  return owner.host === hostname() && processStart(owner.pid) !== owner.started;
}

/** When a process started, in the system's own form; undefined where there is no such process. */
function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") {
    return spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() || undefined;
  }
  try {
    // Ticks since boot, field 22; the name in field 2 may contain spaces and parentheses, so count from its end.
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return fields[0] === "Z" ? undefined : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
