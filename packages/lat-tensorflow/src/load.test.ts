import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "lat-system";
import { temporaryFolder } from "lat-system/testing";
import { expect, it } from "vitest";
import { configure, isUsingGpu, tf, threads } from "./index.ts";

it("can be imported where TensorFlow cannot be used, and says why at the first use", async () => {
  const script = `
    Object.defineProperty(process, "platform", { value: "plan9" });
    const { configure, tf } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
    configure({ device: "cpu", threads: 1 });
    try {
      tf.zeros([1]);
    } catch (error) {
      console.log(error.name, error.message);
    }`;
  const result = await runCommand(process.execPath, ["-e", script]);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result!.stdout).toMatch(/^LatError TensorFlow .* is set up on Linux .*; this machine is plan9/);
});

it("says that TensorFlow is not set up, and what sets it up", async () => {
  // A checkout whose packages are this one's, but for the binding, which nobody compiled.
  const [here, there] = [fileURLToPath(new URL("../../../node_modules", import.meta.url)), temporaryFolder()];
  const modules = join(there, "node_modules");
  const binding = join("@tensorflow", "tfjs-node-gpu");
  mkdirSync(join(modules, binding), { recursive: true });
  cpSync(join(here, binding, "package.json"), join(modules, binding, "package.json"));
  for (const name of readdirSync(here)) {
    if (name !== "@tensorflow") symlinkSync(join(here, name), join(modules, name));
  }
  const script =
    'import("lat-tensorflow").then(({ tf }) => tf.zeros([1])).catch((e) => console.log(e.name, e.message))';
  const result = await runCommand("node", ["--preserve-symlinks", "-e", script], { cwd: there });
  expect(result).toMatchObject({
    code: 0,
    stderr: "",
    stdout: "LatError TensorFlow is not set up: it was not set up in this checkout. Run `lat doctor --fix`.\n",
  });
});

it.skipIf(isUsingGpu())("refuses a GPU that is asked for by name and not there", async () => {
  const script = `
    const { configure, tf } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
    configure({ device: "gpu" });
    try {
      tf.zeros([1]);
    } catch (error) {
      console.log(error.name, error.message);
    }`;
  const result = await runCommand(process.execPath, ["-e", script]);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result!.stdout).toMatch(/^UsageError device: received gpu, but TensorFlow.*`lat doctor --gpu/);
});

it("refuses a number of threads that is none, and changes that would come too late", () => {
  tf.zeros([1]).dispose();
  expect(() => configure({ threads: 0 })).toThrow("threads: received 0, expected a whole number of at least 1");
  expect(() => configure({ threads: 1.5 })).toThrow(/received 1\.5/);
  expect(() => configure({ threads: threads() })).not.toThrow();
  expect(() => configure({ threads: threads() + 7 })).toThrow(/already loaded: choose device and threads before/);
  expect(() => configure({ device: "cpu" })).toThrow(/already loaded/);
});
