import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

/**
 * How many threads this process can keep busy: the processors that its affinity allows (`taskset`, a batch system), and
 * no more than the quota of its control group pays for (`docker --cpus`, Kubernetes, systemd).
 */
export function allowedThreads(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(processorQuota())));
}

/**
 * How many processors' time the control groups of this process allow it, the tightest of all levels; infinite where none
 * sets a quota.
 *
 * Source: cgroups(7), and the kernel's "Control Group v2" (`cpu.max`) and "CFS Bandwidth Control" (`cpu.cfs_quota_us`).
 *
 * @param root of the file system; tests give their own
 */
export function processorQuota(root = "/"): number {
  const groups = read(join(root, "proc/self/cgroup"));
  const mounts = read(join(root, "proc/self/mountinfo")).split("\n").map(parseMount);
  let quota = Number.POSITIVE_INFINITY;
  for (const [, controllers, path] of groups.matchAll(/^\d+:([^:]*):(.*)$/gm) as Iterable<[string, string, string]>) {
    const mount = mounts.find((m) =>
      controllers === ""
        ? m?.kind === "cgroup2"
        : controllers.split(",").includes("cpu") && m?.kind === "cgroup" && m.options.includes("cpu"),
    );
    if (!mount) continue;
    const inside = path.startsWith(mount.subtree) ? path.slice(mount.subtree.length) : "";
    for (let folder = join(mount.point, inside); folder.startsWith(mount.point); folder = dirname(folder)) {
      quota = Math.min(quota, quotaIn(join(root, folder)));
      if (folder === mount.point) break;
    }
  }
  return quota;
}

/** A line of mountinfo: what is mounted where, and which part of its tree. */
function parseMount(line: string) {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , subtree = "", point = ""] = before.split(" ");
  const [kind, , options = ""] = after.split(" ");
  return { kind, point, subtree: subtree === "/" ? "" : subtree, options: options.split(",") };
}

function quotaIn(folder: string): number {
  const second = read(join(folder, "cpu.max")).trim().split(" ");
  const first = [read(join(folder, "cpu.cfs_quota_us")), read(join(folder, "cpu.cfs_period_us"))];
  const quotas = [second, first].map(([quota, period]) => Number(quota) / Number(period));
  // "max", -1 and files that are not there are no quotas.
  return Math.min(...quotas.filter((quota) => quota > 0), Number.POSITIVE_INFINITY);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
