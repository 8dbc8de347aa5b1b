import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outputOf, printed, runScript, temporaryFolder } from "../testing.ts";
import { claim, withLock } from "./lock.ts";

/** A child that adds 1 to a counter file `times` times, each under the lock, reading and writing it without haste. */
const counting = (folder: string, times: number) => `
  import { readFileSync, writeFileSync } from "node:fs";
  import { setTimeout } from "node:timers/promises";
  import { withLock } from "./lock.ts";
  for (let i = 0; i < ${times}; i++) await withLock("${folder}/lock", async () => {
    const count = Number(readFileSync("${folder}/count", "utf8"));
    await setTimeout(5);
    writeFileSync("${folder}/count", String(count + 1));
  });`;

const holding = (path: string) => `
  import { withLock } from "./lock.ts";
  await withLock("${path}", () => new Promise(() => { console.log("held"); setInterval(() => {}, 1000); }));`;

/** An owner in this very process's space of ids. */
const here = { token: "t", host: hostname(), space: readlinkSync("/proc/self/ns/pid"), pid: process.pid };

test("two processes and two calls in one never hold the lock at once", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "count"), "0");
  const children = [
    runScript(import.meta.dirname, counting(folder, 10)),
    runScript(import.meta.dirname, counting(folder, 10)),
  ].map(outputOf);
  const here = [1, 2].map(() =>
    withLock(join(folder, "lock"), async () => {
      const count = Number(readFileSync(join(folder, "count"), "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      writeFileSync(join(folder, "count"), String(count + 1));
    }),
  );
  const results = await Promise.all(children);
  await Promise.all(here);
  expect(results.map((result) => [result.code, result.stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  expect(readFileSync(join(folder, "count"), "utf8")).toBe("22");
  expect(readdirSync(folder)).toEqual(["count"]);
});

test("the lock of a killed process is broken, by several waiters at once too", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "count"), "0");
  const holder = runScript(import.meta.dirname, holding(join(folder, "lock")));
  await printed(holder, "held");
  holder.kill("SIGKILL");
  const children = [1, 2, 3].map(() => outputOf(runScript(import.meta.dirname, counting(folder, 5))));
  for (const { code, stderr } of await Promise.all(children)) expect([code, stderr]).toEqual([0, ""]);
  expect(readFileSync(join(folder, "count"), "utf8")).toBe("15");
  expect(readdirSync(folder)).toEqual(["count"]);
});

test("a lock whose process id now belongs to another process is broken", async () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, JSON.stringify({ ...here, started: "an earlier time" }));
  expect(await withLock(path, async () => "done")).toBe("done");
});

test("a lock from another machine is not broken, and whoever waits is told for whom", async () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, JSON.stringify({ token: "t", host: "elsewhere", pid: 2 ** 30, started: "then" }));
  let message = "";
  const waiting = withLock(path, async () => "done", { onWait: (text) => (message += text) });
  await new Promise((resolve) => setTimeout(resolve, 3500));
  expect(message).toBe(`waiting for process ${2 ** 30} on elsewhere, which holds ${path}`);
  rmSync(path);
  expect(await waiting).toBe("done");
});

test("a lock from another machine, or another container of this one, is broken once its heartbeat has stopped", async () => {
  for (const owner of [
    { ...here, host: "elsewhere", started: "then" },
    { ...here, space: "pid:[1]", started: "then" },
  ]) {
    const path = join(temporaryFolder(), "lock");
    writeFileSync(path, JSON.stringify(owner));
    const before = (seconds: number): Date => new Date(Date.now() - 1000 * seconds);
    utimesSync(path, before(50), before(50));
    expect(await claim(path)).toMatchObject({ holder: { host: owner.host, pid: process.pid } });
    utimesSync(path, before(70), before(70));
    expect(await claim(path)).toHaveProperty("claim");
  }
});

test("a claim names its holder, holds through work that blocks the process, and is free when released", async () => {
  const path = join(temporaryFolder(), "lock");
  const first = await claim(path);
  if (!("claim" in first)) throw new Error("expected the claim");
  const old = new Date(Date.now() - 100_000);
  utimesSync(path, old, old);
  for (const end = Date.now() + 7000; Date.now() < end; );
  expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(7000);
  expect(await claim(path)).toMatchObject({ holder: { host: hostname(), pid: process.pid } });
  first.claim.check();
  first.claim.release();
  const second = await claim(path);
  expect(second).toHaveProperty("claim");
  expect(() => first.claim.check()).toThrow(/no longer held by this process/);
  first.claim.release();
  expect(existsSync(path)).toBe(true);
}, 20_000);

test("the lock is released where the work fails", async () => {
  const path = join(temporaryFolder(), "lock");
  await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});

test("an unwritable lock is an error that names its path", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  await expect(withLock(join(folder, "file/lock"), async () => {})).rejects.toThrow(/cannot write .*file\/lock/);
});
