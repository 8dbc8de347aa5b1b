import { join } from "node:path";
import { findPython, LatError, runCommand, verifyPackage } from "lat-system";
import { installedCompiler } from "./compiler.ts";
import type { Finding } from "./finding.ts";
import { checkCache, checkDisk, checkMemory, checkProcessor } from "./machine.ts";
import { TENSORFLOW_VERSION } from "./pins.ts";
import { provisionedSetup } from "./provision.ts";
import { addonFolder, type Setup } from "./setup.ts";

/** Looks at everything that the tool stands on. What only provisioning needs is a warning once that is done. */
export async function diagnoseSetup(setup: Setup): Promise<Finding[]> {
  const fix = setup.device === "gpu" ? "lat doctor --gpu --fix" : "lat doctor --fix";
  const library = checkLibrary(setup, fix);
  const { addon, usesGpu } = await checkAddon(setup, fix);
  const missing = library.status === "ok" && addon.status === "ok" ? "warning" : "wrong";
  const needed = library.status === "ok" ? 0 : setup.libraries.reduce((sum, pin) => sum + 4 * pin.bytes, 0);
  return [
    await checkBun(),
    await checkNode(),
    await checkPython(missing),
    await checkCompiler(setup),
    library,
    addon,
    checkProcessor(),
    await checkGpu(setup, usesGpu),
    checkMemory(),
    await checkDisk(needed),
    await checkCache(),
  ];
}

async function checkBun(): Promise<Finding> {
  const name = "Bun";
  const version = process.versions.bun ?? (await versionOf("bun"));
  if (version) return { name, status: "ok", found: version };
  return { name, status: "warning", found: "none", advice: "run scripts as: npx -y bun@1.4.5 run SCRIPT" };
}

async function checkNode(): Promise<Finding> {
  const name = "Node";
  const version = await versionOf("node");
  if (version) return { name, status: "ok", found: version };
  return {
    name,
    status: "warning",
    found: "none",
    advice: "not needed to train; npx and turbo need it (https://nodejs.org)",
  };
}

async function versionOf(command: string): Promise<string | undefined> {
  const result = await runCommand(command, ["--version"]);
  return result?.code === 0 ? result.stdout.trim().replace(/^v/, "") : undefined;
}

async function checkPython(missing: "wrong" | "warning"): Promise<Finding> {
  const name = "Python and pip";
  const python = await findPython();
  if (!python) {
    return {
      name,
      status: missing,
      found: "no Python",
      advice: "its pip downloads packages; install Python 3.8 or newer (for example: apt install python3 python3-pip)",
    };
  }
  const found = `${python.command} ${python.version}, pip ${python.pip ?? "missing"}`;
  if (!python.pip)
    return {
      name,
      status: missing,
      found,
      advice: `${python.command} -m ensurepip --upgrade, or apt install python3-pip`,
    };
  return { name, status: "ok", found };
}

async function checkCompiler(setup: Setup): Promise<Finding> {
  const name = "C++ compiler";
  try {
    const compiler = await installedCompiler();
    if (compiler) return { name, status: "ok", found: compiler.identity };
  } catch (error) {
    if (error instanceof LatError) return { name, status: "wrong", found: "none", advice: error.message };
    throw error;
  }
  const { bytes, version } = setup.zig;
  const found = `none; ziglang ${version} of PyPI (${Math.round(bytes / 1e6)} MB) is used instead`;
  return {
    name,
    status: "warning",
    found,
    advice: "for a faster first set-up install g++ or clang++ (for example: apt install g++)",
  };
}

function checkLibrary(setup: Setup, fix: string): Finding {
  const name = "libtensorflow";
  const problems = setup.libraries.flatMap((pin) => verifyPackage(pin));
  const what = `${setup.libraries[0]?.package} ${TENSORFLOW_VERSION}${setup.device === "gpu" ? " with CUDA 12" : ""}`;
  if (problems.length === 0) return { name, status: "ok", found: `${what}, every file has its hash` };
  return { name, status: "wrong", found: `${what}: ${problems.slice(0, 3).join("; ")}`, advice: `run: ${fix}` };
}

/** Loads the addon in a process of its own, since a library that does not fit the machine ends the one that loads it. */
async function checkAddon(setup: Setup, fix: string): Promise<{ addon: Finding; usesGpu: boolean }> {
  const name = "addon";
  const wrong = (found: string) => ({
    addon: { name, status: "wrong", found, advice: `run: ${fix}` } as const,
    usesGpu: false,
  });
  const state = provisionedSetup(setup);
  if (!state.ready) return wrong(state.reason);
  if (state.device !== setup.device) return wrong(`made for the ${state.device === "gpu" ? "GPU" : "CPU"}'s library`);
  const script = `const b = require(${JSON.stringify(join(addonFolder(setup), "tfjs_binding.node"))});
    console.log("loaded " + JSON.stringify({ version: b.TF_Version, usesGpu: b.isUsingGpuDevice() }));`;
  const hidden: Record<string, string> = setup.device === "cpu" ? { CUDA_VISIBLE_DEVICES: "-1" } : {};
  const result = await runCommand(process.execPath, ["-e", script], { env: { TF_CPP_MIN_LOG_LEVEL: "3", ...hidden } });
  const loaded = /^loaded (.*)$/m.exec(result?.stdout ?? "")?.[1];
  if (result?.code !== 0 || loaded === undefined) {
    const reason = result?.stderr.split("\n").find((line) => /error/i.test(line));
    return wrong(`does not load: ${reason?.trim() ?? `the process that loaded it ended with code ${result?.code}`}`);
  }
  const { version, usesGpu } = JSON.parse(loaded) as { version: string; usesGpu: boolean };
  return { addon: { name, status: "ok", found: `loads, TensorFlow ${version}` }, usesGpu };
}

async function checkGpu(setup: Setup, usesGpu: boolean): Promise<Finding> {
  const name = "GPU";
  const query = await runCommand("nvidia-smi", [
    "--query-gpu=name,memory.total,driver_version",
    "--format=csv,noheader",
  ]);
  const gpu = query?.code === 0 ? query.stdout.trim().split("\n")[0] : undefined;
  if (gpu && usesGpu) return { name, status: "ok", found: `${gpu}; used` };
  if (setup.device === "cpu") {
    if (!gpu) return { name, status: "ok", found: "none; the CPU is used" };
    return { name, status: "warning", found: `${gpu}; not used`, advice: "to use it run: lat doctor --gpu --fix" };
  }
  if (!gpu) {
    return {
      name,
      status: "warning",
      found: "none (nvidia-smi finds no GPU); the CPU is used",
      advice: "install NVIDIA's driver, or pass the GPU into the container",
    };
  }
  return {
    name,
    status: "wrong",
    found: `${gpu}; TensorFlow does not use it`,
    advice: "CUDA 12 needs driver 525 or newer; with one, run: lat doctor --gpu --fix",
  };
}
