import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LatError } from "./errors.ts";
import { fileError } from "./files.ts";
import { beat, DEAD_AFTER_MS } from "./heartbeat.ts";

const POLL_MS = 100;
const PATIENCE_MS = 3000;

/**
 * Who holds a lock. A process is known by its start as well as its id, since ids are used again, and by the space its id
 * is from, since containers of one machine each count their own.
 */
interface Owner {
  readonly token: string;
  readonly host: string;
  readonly space: string | undefined;
  readonly pid: number;
  readonly started: string | undefined;
}

/** The live process that holds what was asked for. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
}

/** A lock that is held until it is released, or its process ends. */
export interface Claim {
  /**
   * Makes sure that the lock is still this process's: one that was suspended for a minute may have lost it to another.
   *
   * @throws {LatError} where it was lost
   */
  check(): void;
  release(): void;
}

export interface LockOptions {
  /** Called once, after a few seconds of waiting, with a message that says for whom. */
  readonly onWait?: ((message: string) => void) | undefined;
}

/**
 * Takes the lock file `path`, unless a live process holds it. A process of this machine that died holds nothing; one of
 * another machine (a shared folder) holds nothing once its heartbeat has stopped for a minute.
 *
 * @throws {LatError} where the lock file cannot be written.
 */
export async function claim(path: string): Promise<{ claim: Claim } | { holder: Holder }> {
  const mine: Owner = {
    token: randomBytes(8).toString("hex"),
    host: hostname(),
    space: processSpace(),
    pid: process.pid,
    started: processStart(process.pid),
  };
  for (;;) {
    const now = await create(path, mine);
    if (now === undefined) return { claim: held(path, mine) };
    const owner = await read(path);
    if (owner === undefined) continue;
    if (!(await isDead(path, owner, now))) return { holder: owner };
    await breakLock(path, owner);
  }
}

/** The live process that holds the lock file `path`; undefined where none does. Changes nothing. */
export async function holderOf(path: string): Promise<Holder | undefined> {
  const owner = await read(path);
  return owner === undefined || (await isDead(path, owner, Date.now())) ? undefined : owner;
}

/**
 * Runs `work` while no other process, and no other call in this one, holds the lock file `path`; a live holder is waited
 * for.
 *
 * @throws {LatError} where the lock file cannot be written.
 */
export async function withLock<T>(
  path: string,
  work: (claim: Claim) => Promise<T>,
  { onWait }: LockOptions = {},
): Promise<T> {
  const began = Date.now();
  let told = false;
  let taken = await claim(path);
  while ("holder" in taken) {
    if (!told && Date.now() - began >= PATIENCE_MS) {
      told = true;
      onWait?.(`waiting for process ${taken.holder.pid} on ${taken.holder.host}, which holds ${path}`);
    }
    await sleep(POLL_MS);
    taken = await claim(path);
  }
  try {
    return await work(taken.claim);
  } finally {
    taken.claim.release();
  }
}

function held(path: string, { token }: Owner): Claim {
  const heart = beat(path);
  const isMine = (): boolean => {
    try {
      return (JSON.parse(readFileSync(path, "utf8")) as Owner).token === token;
    } catch {
      return false;
    }
  };
  return {
    check() {
      if (isMine()) return;
      throw new LatError(
        `${path} is no longer held by this process, which was stopped for too long: another one may have taken up its work`,
      );
    },
    release() {
      heart.stop();
      if (isMine()) rmSync(path, { force: true });
    },
  };
}

/**
 * Makes the lock file with its content in one step, so that nobody reads a half-written owner.
 *
 * @returns where it exists already, the time by the clock of its file system
 */
async function create(path: string, owner: Owner): Promise<number | undefined> {
  const beside = `${path}.${owner.token}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, JSON.stringify(owner));
    const { mtimeMs } = await stat(beside);
    return await link(beside, path).then(
      () => undefined,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === "EEXIST") return mtimeMs;
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

/** @param now by the clock of the lock's file system */
async function isDead(path: string, owner: Owner, now: number): Promise<boolean> {
  if (owner.host === hostname() && owner.space === processSpace()) return processStart(owner.pid) !== owner.started;
  const lock = await stat(path).catch(() => undefined);
  return lock !== undefined && now - lock.mtimeMs > DEAD_AFTER_MS;
}

/** Which processes this one shares its ids with; undefined where the system does not say. */
function processSpace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
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
