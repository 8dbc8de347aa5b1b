import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { cpus, freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder, folderBytes } from "lat-system";
import { allowedThreads } from "../threads.ts";
import type { Finding } from "./finding.ts";

const GB = 1e9;

const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`;

/** Threads and vector instructions. TensorFlow's library is compiled for AVX and ends the process without it. */
export function checkProcessor(): Finding {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" ") ?? [];
  const vectors = ["avx", "avx2", "fma", "avx512f"].filter((flag) => flags.includes(flag));
  const found = `${allowedThreads()} threads, ${vectors.join(" ") || "no AVX"} (${cpus()[0]?.model.trim() ?? "unknown"})`;
  const name = "processor";
  if (!vectors.includes("avx")) {
    return {
      name,
      status: "wrong",
      found,
      advice:
        "TensorFlow needs a processor with AVX; use another machine, or let the virtual machine pass its host's processor through",
    };
  }
  if (!vectors.includes("avx2"))
    return { name, status: "warning", found, advice: "without AVX2 training is several times slower" };
  return { name, status: "ok", found };
}

export function checkMemory(): Finding {
  const [free, found] = [freemem(), `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`];
  const name = "memory";
  if (free < 2 * GB)
    return { name, status: "warning", found, advice: "the smallest preset takes about 1 GB; end other programs" };
  return { name, status: "ok", found };
}

/** Free space where the cache is or will be, against what is still to be fetched into it. */
export async function checkDisk(needed: number): Promise<Finding> {
  let folder = cacheFolder();
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const [free, name] = [bavail * bsize, "disk"];
  const found = `${gigabytes(free)} free at ${folder}`;
  if (free < needed) {
    return {
      name,
      status: "wrong",
      found,
      advice: `setting up takes about ${gigabytes(needed)}; free some, or set LAT_CACHE to a folder on another disk`,
    };
  }
  return { name, status: "ok", found };
}

export async function checkCache(): Promise<Finding> {
  const [folder, name] = [cacheFolder(), "cache"];
  try {
    await mkdir(folder, { recursive: true });
    const probe = join(folder, `.probe-${process.pid}`);
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    const found = `${folder} cannot be written (${(cause as Error).message})`;
    return {
      name,
      status: "wrong",
      found,
      advice: "change its permissions, or set LAT_CACHE to a folder you may write",
    };
  }
  return { name, status: "ok", found: `${folder}, ${gigabytes(await folderBytes(folder))}` };
}
