import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { printed, runScript, setEnvironment, temporaryFolder } from "../testing.ts";
import { listCache, removeEntry, userOf } from "./cache-entries.ts";

/** A cache of the test's own, with these files and their sizes. */
function cacheWith(files: Readonly<Record<string, number>>): string {
  const cache = temporaryFolder();
  setEnvironment({ LAT_CACHE: cache });
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(cache, path, ".."), { recursive: true });
    writeFileSync(join(cache, path), new Uint8Array(bytes));
  }
  return cache;
}

test("everything is listed with its size, and whether it is whole", async () => {
  cacheWith({
    "packages/tiny-1.0-0123abcd/data/a.bin": 70,
    "packages/tiny-1.0-0123abcd/b.bin": 30,
    "packages/tiny-1.0-0123abcd.lock": 4,
    "packages/tiny-1.0-0123abcd.partial-Xy1Z/files/a.bin": 5,
    "implanted/0f.partial/checkpoints/a": 6,
    "implanted/1.partially/a": 7,
  });
  const entries = (await listCache()).map(({ room, name, bytes, partial }) => [`${room}/${name}`, bytes, partial]);
  expect(entries).toEqual([
    ["implanted/0f.partial", 6, true],
    ["implanted/1.partially", 7, false],
    ["packages/tiny-1.0-0123abcd", 100, false],
    ["packages/tiny-1.0-0123abcd.lock", 4, true],
    ["packages/tiny-1.0-0123abcd.partial-Xy1Z", 5, true],
  ]);
});

test("a cache that is not there holds nothing", async () => {
  setEnvironment({ LAT_CACHE: join(temporaryFolder(), "none") });
  expect(await listCache()).toEqual([]);
});

test("what a live process makes is kept, and goes once that died", async () => {
  const cache = cacheWith({ "implanted/0f.partial/model": 8 });
  const lock = JSON.stringify(join(cache, "implanted/0f.lock"));
  const maker = runScript(
    import.meta.dirname,
    `import { withLock } from "./lock.ts";
     await withLock(${lock}, () => { console.log("held"); return new Promise((end) => setTimeout(end, 60_000)); });`,
  );
  await printed(maker, "held");
  const entries = await listCache();
  expect(entries.map(({ name }) => name)).toEqual(["0f.lock", "0f.partial"]);
  for (const entry of entries) {
    expect(await userOf(entry)).toMatchObject({ pid: maker.pid });
    expect(await removeEntry(entry)).toMatchObject({ pid: maker.pid });
  }
  expect(readdirSync(join(cache, "implanted")).sort()).toEqual(["0f.lock", "0f.partial"]);
  maker.kill("SIGKILL");
  await new Promise((resolve) => maker.on("close", resolve));
  for (const entry of entries) {
    expect(await userOf(entry)).toBeUndefined();
    expect(await removeEntry(entry)).toBeUndefined();
  }
  expect(readdirSync(join(cache, "implanted")).sort()).toEqual([]);
});

test.skipIf(process.platform !== "linux")("what a live process has loaded is kept", async () => {
  const cache = cacheWith({ "packages/tensorflow-1.0-0123abcd/b.bin": 30 });
  const program = join(cache, "packages/tensorflow-1.0-0123abcd/sleep");
  copyFileSync("/bin/sleep", program);
  const user = spawn(program, ["60"]);
  onTestFinished(() => void user.kill());
  await new Promise((resolve) => user.on("spawn", resolve));
  const [entry] = await listCache();
  await expect.poll(() => userOf(entry!)).toMatchObject({ pid: user.pid });
  expect(await removeEntry(entry!)).toMatchObject({ pid: user.pid });
  expect(existsSync(program)).toBe(true);
});
