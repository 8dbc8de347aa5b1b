import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWheel, offlineWorld, putOnPath, quickPip, setEnvironment, temporaryFolder } from "lat-system/testing";
import { expect, test } from "vitest";
import { diagnoseSetup } from "./doctor.ts";
import type { Finding } from "./finding.ts";
import { provisionSetup } from "./provision.ts";
import type { Setup } from "./setup.ts";

/** A library of a few bytes; the "addon" that the test compiler makes is whatever text `addon` holds. */
async function tinySetup(addon = "not a library"): Promise<Setup> {
  const { wheels } = offlineWorld();
  const [native, binding, nodeHeaders] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  for (const name of ["trace.cc", "preload.cc"]) writeFileSync(join(native, name), "");
  mkdirSync(join(binding, "binding"));
  const library = { "tensorflow/libtensorflow_cc.so.2": "library" };
  const libraries = [await makeWheel(wheels, "tiny-tensorflow", library, ["tensorflow/"])];
  const zig = await makeWheel(wheels, "tiny-zig", { "bin/zig": "" }, ["bin/"]);
  const compiler = `case "$*" in *--version*) echo "test compiler 1.0"; exit 0;; esac
    for argument in "$@"; do [ "$previous" = -o ] && output=$argument; previous=$argument; done
    echo "${addon}" > "$output"`;
  putOnPath({ "g++": compiler, "nvidia-smi": "exit 9", python3: quickPip(wheels) });
  setEnvironment({ CXX: undefined });
  return { device: "cpu", libraries, zig, native, binding, nodeHeaders };
}

const named = (checks: readonly Finding[], name: string) => checks.find((check) => check.name === name);

test("before anything is set up, library and addon are wrong and say which command sets them up", async () => {
  const checks = await diagnoseSetup(await tinySetup());
  expect(named(checks, "libtensorflow")).toMatchObject({
    status: "wrong",
    advice: "run: lat doctor --fix",
    found: expect.stringMatching(/not fetched/),
  });
  expect(named(checks, "addon")).toMatchObject({ status: "wrong", advice: "run: lat doctor --fix" });
  expect(named(checks, "C++ compiler")).toMatchObject({ status: "ok", found: "test compiler 1.0" });
  expect(named(checks, "GPU")).toEqual({ name: "GPU", status: "ok", found: "none; the CPU is used" });
  expect(checks.every(({ status, advice }) => status === "ok" || advice)).toBe(true);
});

test("a library with a changed file is named with its hash", async () => {
  const setup = await tinySetup();
  const libraries = await provisionSetup(setup, {});
  expect(named(await diagnoseSetup(setup), "libtensorflow")).toMatchObject({ status: "ok" });
  writeFileSync(join(libraries, "tensorflow/libtensorflow_cc.so.2"), "LIBRARY");
  const check = named(await diagnoseSetup(setup), "libtensorflow");
  expect(check).toMatchObject({
    status: "wrong",
    found: expect.stringMatching(/libtensorflow_cc\.so\.2: SHA-256 [0-9a-f]{64}/),
  });
});

test("an addon that does not load is wrong, without taking this process with it", async () => {
  const setup = await tinySetup();
  await provisionSetup(setup, {});
  expect(named(await diagnoseSetup(setup), "addon")).toMatchObject({
    status: "wrong",
    found: expect.stringMatching(/^does not load: ./),
  });
});

test("an addon made for the other device is told apart", async () => {
  const setup = await tinySetup();
  await provisionSetup(setup, {});
  const check = named(await diagnoseSetup({ ...setup, device: "gpu" }), "addon");
  expect(check).toMatchObject({ found: "made for the CPU's library", advice: "run: lat doctor --gpu --fix" });
});

test("no Python, no pip and no compiler are each answered with what to install", async () => {
  const setup = await tinySetup();
  putOnPath({}, { only: true });
  const bare = await diagnoseSetup(setup);
  expect(named(bare, "Python and pip")).toMatchObject({
    status: "wrong",
    found: "no Python",
    advice: expect.stringMatching(/install Python/),
  });
  expect(named(bare, "C++ compiler")).toMatchObject({
    status: "warning",
    found: expect.stringMatching(/^none; ziglang/),
    advice: expect.stringMatching(/install g\+\+/),
  });
  expect(named(bare, "Node")).toMatchObject({ status: "warning", found: "none" });
  putOnPath({ python3: 'if [ "$1" = -m ]; then exit 1; fi; echo 3.12.1' }, { only: true });
  expect(named(await diagnoseSetup(setup), "Python and pip")).toMatchObject({
    status: "wrong",
    found: "python3 3.12.1, pip missing",
  });
  setEnvironment({ CXX: "no-such-compiler" });
  expect(named(await diagnoseSetup(setup), "C++ compiler")).toMatchObject({
    status: "wrong",
    advice: expect.stringMatching(/unset it/),
  });
});

test("a GPU that is there but not used is pointed out with how to use it", async () => {
  const setup = await tinySetup();
  putOnPath({ "nvidia-smi": 'echo "NVIDIA H100, 81559 MiB, 570.10"' });
  expect(named(await diagnoseSetup(setup), "GPU")).toEqual({
    name: "GPU",
    status: "warning",
    found: "NVIDIA H100, 81559 MiB, 570.10; not used",
    advice: "to use it run: lat doctor --gpu --fix",
  });
});

test("a cache that cannot be written is wrong and says what to change", async () => {
  const setup = await tinySetup();
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  setEnvironment({ LAT_CACHE: file });
  expect(named(await diagnoseSetup(setup), "cache")).toMatchObject({
    status: "wrong",
    advice: expect.stringMatching(/LAT_CACHE/),
  });
});
