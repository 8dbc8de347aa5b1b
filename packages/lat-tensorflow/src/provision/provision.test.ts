import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyPackage } from "lat-system";
import {
  makeWheel,
  offlineWorld,
  outputOf,
  putOnPath,
  quickPip,
  runScript,
  setEnvironment,
  temporaryFolder,
} from "lat-system/testing";
import { expect, test } from "vitest";
import { provisionedSetup, provisionSetup } from "./provision.ts";
import { addonFolder, type Setup } from "./setup.ts";

const LIBRARY = {
  "tensorflow/libtensorflow_cc.so.2": "library",
  "tensorflow/include/tensorflow/c/c_api.h": "header",
  "tensorflow/python/unneeded.py": "",
};

/** A compiler that notes how it was called, waits a little and writes its arguments to where the output goes. */
const COMPILER = (log: string) => `
  case "$*" in *--version*) echo "test compiler 1.0"; exit 0;; esac
  echo "$@" >> ${log}
  for argument in "$@"; do [ "$previous" = -o ] && output=$argument; previous=$argument; done
  sleep 0.2; echo "$@" > "$output"`;

/** A tiny library and a compiler, with folders of the test's own in place of this checkout's. */
async function tinySetup(device: "cpu" | "gpu" = "cpu") {
  const { cache, wheels } = offlineWorld();
  const [native, binding, nodeHeaders] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  for (const name of ["trace.cc", "preload.cc"]) writeFileSync(join(native, name), `// ${name}\n`);
  mkdirSync(join(binding, "binding"));
  writeFileSync(join(binding, "binding", "tfjs_backend.cc"), "");
  writeFileSync(join(nodeHeaders, "node_api.h"), "");
  const libraries = [
    await makeWheel(wheels, "tiny-tensorflow", LIBRARY, ["tensorflow/libtensorflow_cc.so.2", "tensorflow/include/"]),
  ];
  if (device === "gpu") {
    const cuda = { "nvidia/cublas/lib/libcublas.so.12": "cublas" };
    libraries.push(await makeWheel(wheels, "tiny-cublas", cuda, ["nvidia/cublas/lib/"]));
  }
  const zigScript = `#!/bin/sh\n${COMPILER(join(cache, "zig.log"))}`;
  const zig = await makeWheel(wheels, "tiny-zig", { "ziglang/zig": zigScript }, ["ziglang/"]);
  const log = join(cache, "compiler.log");
  writeFileSync(log, "");
  putOnPath({ "g++": COMPILER(log), python3: quickPip(wheels) });
  setEnvironment({ CXX: undefined });
  const setup: Setup = { device, libraries, zig, native, binding, nodeHeaders };
  const calls = () => readFileSync(log, "utf8").split("\n").filter(Boolean);
  return { setup, cache, wheels, calls };
}

test("the library is fetched, both addons are compiled against it and put where they are looked for", async () => {
  const { setup, calls } = await tinySetup();
  expect(provisionedSetup(setup)).toEqual({ ready: false, reason: "it was not set up in this checkout" });
  const libraries = await provisionSetup(setup, {});
  expect(provisionedSetup(setup)).toEqual({ ready: true, device: "cpu", libraries });
  expect(readdirSync(addonFolder(setup)).sort()).toEqual(["preload.node", "provisioned.json", "tfjs_binding.node"]);
  const addon = readFileSync(join(addonFolder(setup), "tfjs_binding.node"), "utf8");
  expect(addon).toContain(`${setup.native}/trace.cc ${setup.binding}/binding/tfjs_backend.cc`);
  expect(addon).toContain(`-Wl,-rpath,${libraries}/tensorflow`);
  expect(existsSync(join(libraries, "tensorflow/python"))).toBe(false);
  expect(calls()).toHaveLength(2);
});

test("a second call, and one for a second checkout, compile and fetch nothing", async () => {
  const { setup, wheels, calls } = await tinySetup();
  await provisionSetup(setup, {});
  rmSync(wheels, { recursive: true });
  await provisionSetup(setup, {});
  const second = { ...setup, binding: temporaryFolder() };
  mkdirSync(join(second.binding, "binding"));
  writeFileSync(join(second.binding, "binding", "tfjs_backend.cc"), "");
  await provisionSetup(second, {});
  expect(provisionedSetup(second).ready).toBe(true);
  expect(calls()).toHaveLength(2);
});

test("changed sources, a missing or exchanged addon and a removed library are each noticed, then set right", async () => {
  const { setup, cache, calls } = await tinySetup();
  await provisionSetup(setup, {});
  writeFileSync(join(setup.native, "trace.cc"), "// changed\n");
  expect(provisionedSetup(setup)).toMatchObject({ ready: false, reason: expect.stringMatching(/sources changed/) });
  await provisionSetup(setup, {});
  expect(calls()).toHaveLength(4);
  const addon = join(addonFolder(setup), "tfjs_binding.node");
  writeFileSync(addon, "another");
  expect(provisionedSetup(setup)).toMatchObject({
    ready: false,
    reason: expect.stringMatching(/not the file that was put/),
  });
  rmSync(addon);
  expect(provisionedSetup(setup)).toMatchObject({ ready: false, reason: `${addon} is missing` });
  await provisionSetup(setup, {});
  rmSync(join(cache, "packages"), { recursive: true });
  expect(provisionedSetup(setup)).toMatchObject({
    ready: false,
    reason: expect.stringMatching(/packages.*is missing/),
  });
  await provisionSetup(setup, {});
  expect(provisionedSetup(setup).ready).toBe(true);
  expect(calls()).toHaveLength(4);
});

test("an addon changed in the cache is compiled again", async () => {
  const { setup, cache, calls } = await tinySetup();
  await provisionSetup(setup, {});
  const [name = ""] = readdirSync(join(cache, "addons"));
  writeFileSync(join(cache, "addons", name, "preload.node"), "another");
  await provisionSetup(setup, {});
  expect(calls()).toHaveLength(4);
  expect(readFileSync(join(addonFolder(setup), "preload.node"), "utf8")).toContain("preload.cc");
});

test("a changed library is refused without fix and fetched anew with it", async () => {
  const { setup } = await tinySetup();
  const libraries = await provisionSetup(setup, {});
  writeFileSync(join(libraries, "tensorflow/libtensorflow_cc.so.2"), "LIBRARY");
  await expect(provisionSetup(setup, {})).rejects.toThrow(/libtensorflow_cc\.so\.2: SHA-256 [0-9a-f]{64}, expected/);
  await provisionSetup(setup, { fix: true });
  expect(setup.libraries.flatMap((pin) => verifyPackage(pin))).toEqual([]);
});

test("the libraries for a GPU lie beside each other, and follow when one is fetched anew", async () => {
  const { setup } = await tinySetup("gpu");
  const libraries = await provisionSetup(setup, {});
  const cublas = join(libraries, "nvidia/cublas/lib/libcublas.so.12");
  expect(readFileSync(cublas, "utf8")).toBe("cublas");
  expect(readFileSync(join(libraries, "tensorflow/libtensorflow_cc.so.2"), "utf8")).toBe("library");
  writeFileSync(cublas, "CUBLAS"); // the same file as in the package's own folder
  await expect(provisionSetup(setup, {})).rejects.toThrow(/libcublas\.so\.12: SHA-256/);
  expect(await provisionSetup(setup, { fix: true })).toBe(libraries);
  expect(readFileSync(cublas, "utf8")).toBe("cublas");
  expect(provisionedSetup(setup)).toMatchObject({ ready: true, device: "gpu" });
});

test("without a compiler the packaged one is fetched and used", async () => {
  const { setup, cache, calls } = await tinySetup();
  putOnPath({ "g++": "exit 127", "clang++": "exit 127", "c++": "exit 127" });
  await provisionSetup(setup, {});
  expect(provisionedSetup(setup).ready).toBe(true);
  expect(calls()).toEqual([]);
  expect(readFileSync(join(cache, "zig.log"), "utf8")).toMatch(/^c\+\+ -O2 .*\nc\+\+ -O2 /);
});

test("CXX chooses the compiler, with arguments; one that does not run is named", async () => {
  const { setup, calls } = await tinySetup();
  const log = join(temporaryFolder(), "log");
  putOnPath({ "my-c++": COMPILER(log) });
  setEnvironment({ CXX: "my-c++ -march=x86-64" });
  await provisionSetup(setup, {});
  expect(readFileSync(log, "utf8")).toMatch(/^-march=x86-64 -O2/);
  expect(calls()).toEqual([]);
  setEnvironment({ CXX: "no-such-compiler" });
  await expect(provisionSetup(setup, {})).rejects.toThrow(/CXX is set to "no-such-compiler", which does not run/);
});

test("a compiler that fails is quoted, nothing is placed, and the next call goes on from the library", async () => {
  const { setup, cache, wheels, calls } = await tinySetup();
  putOnPath({
    "c-plus": 'case "$*" in *--version*) echo broken 1;; *) echo "trace.cc:1: error: no" >&2; exit 1;; esac',
  });
  setEnvironment({ CXX: "c-plus" });
  await expect(provisionSetup(setup, {})).rejects.toThrow(/broken 1 could not compile.*set CXX.*\n.*error: no/s);
  expect(existsSync(addonFolder(setup))).toBe(false);
  expect(readdirSync(join(cache, "addons"))).toEqual([]);
  setEnvironment({ CXX: undefined });
  rmSync(wheels, { recursive: true });
  await provisionSetup(setup, {});
  expect(provisionedSetup(setup).ready).toBe(true);
  expect(calls()).toHaveLength(2);
});

test("no Python and no network are each answered with what to do", async () => {
  const { setup, wheels } = await tinySetup();
  rmSync(wheels, { recursive: true });
  await expect(provisionSetup(setup, {})).rejects.toThrow(/finds no such wheel.*pip download.*LAT_PACKAGES/s);
  putOnPath({}, { only: true });
  await expect(provisionSetup(setup, {})).rejects.toThrow(/no Python on PATH.*install Python/);
});

test("an unwritable place for the addon is an error that names it", async () => {
  const { setup } = await tinySetup();
  writeFileSync(join(setup.binding, "lib"), "");
  await expect(provisionSetup(setup, {})).rejects.toThrow(/cannot write .*lib\/napi-v8/);
});

const provisioning = (setup: Setup) => `
  import { provisionSetup } from "./provision.ts";
  console.log(await provisionSetup(${JSON.stringify(setup)}, {}));`;

test("two processes that provision at once compile once and end with one intact result", async () => {
  const { setup, calls } = await tinySetup();
  const results = await Promise.all([1, 2].map(() => outputOf(runScript(import.meta.dirname, provisioning(setup)))));
  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  expect(provisionedSetup(setup).ready).toBe(true);
  expect(calls()).toHaveLength(2);
});

test("after a kill while compiling, the next call compiles and leaves nothing behind", async () => {
  const { setup, cache, calls } = await tinySetup();
  const child = runScript(import.meta.dirname, provisioning(setup));
  while (calls().length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await outputOf(child);
  expect(provisionedSetup(setup).ready).toBe(false);
  await provisionSetup(setup, {});
  expect(provisionedSetup(setup).ready).toBe(true);
  expect(readdirSync(join(cache, "addons"))).toHaveLength(1);
});
