import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "lat-system";
import { temporaryFolder } from "lat-system/testing";
import { describe, expect, it } from "vitest";
import { processorQuota } from "./threads.ts";

function fileSystem(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return root;
}

const VERSION2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
const VERSION1 = "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct";

describe("the quota of processors", () => {
  it("is none where no control group sets one", () => {
    expect(processorQuota(fileSystem({}))).toBe(Number.POSITIVE_INFINITY);
    const unlimited = fileSystem({
      "proc/self/cgroup": "1:cpu,cpuacct:/\n0::/a",
      "proc/self/mountinfo": `${VERSION2}\n${VERSION1}`,
      "sys/fs/cgroup/a/cpu.max": "max 100000",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
    });
    expect(processorQuota(unlimited)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is the tightest from the process's group up, in version 2", () => {
    const root = fileSystem({
      "proc/self/cgroup": "0::/kubepods/pod/container",
      "proc/self/mountinfo": VERSION2,
      "sys/fs/cgroup/kubepods/pod/container/cpu.max": "max 100000",
      "sys/fs/cgroup/kubepods/pod/cpu.max": "150000 100000",
      "sys/fs/cgroup/kubepods/cpu.max": "800000 100000",
      "sys/fs/cgroup/other/cpu.max": "10000 100000",
    });
    expect(processorQuota(root)).toBe(1.5);
  });

  it("is found in version 1, also where a container sees its own group as the root", () => {
    const root = fileSystem({
      "proc/self/cgroup": "3:cpuset:/docker/1\n2:cpu,cpuacct:/docker/1",
      "proc/self/mountinfo": VERSION1.replace("0:30 /", "0:30 /docker/1"),
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "300000",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "50000",
    });
    expect(processorQuota(root)).toBe(6);
  });
});

describe("the number of threads", () => {
  const report = `
    const { configure, tf, threads } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
    const before = threads();
    if (process.argv[1]) configure({ threads: Number(process.argv[1]) });
    const { readdirSync, readFileSync } = await import("node:fs");
    const { compile } = await import(${JSON.stringify(new URL("./compile/index.ts", import.meta.url).href)});
    compile((x) => tf.add(x, 1))(tf.zeros([2]));
    const names = readdirSync("/proc/self/task").map((id) => readFileSync("/proc/self/task/" + id + "/comm", "utf8").trim());
    console.log(JSON.stringify({ before, after: threads(), workers: names.filter((name) => name === "tf_XLAEigen").length }));`;
  const run = async (prefix: readonly string[], env: Record<string, string>, ...argument: string[]) => {
    const [command, ...rest] = [...prefix, process.execPath, "-e", report, ...argument] as [string, ...string[]];
    const result = (await runCommand(command, rest, { env }))!;
    expect(result.stderr).toBe("");
    return JSON.parse(result.stdout) as unknown;
  };

  it("is the setting, whatever the environment says", async () => {
    const environment = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };
    expect(await run([], environment, "3")).toMatchObject({ after: 3, workers: 3 });
  });

  it("is by default what the affinity allows, and the environment does not change it", async () => {
    const environment = { TF_NUM_INTRAOP_THREADS: "4" };
    expect(await run(["taskset", "-c", "0"], environment)).toEqual({ before: 1, after: 1, workers: 1 });
  });
});
