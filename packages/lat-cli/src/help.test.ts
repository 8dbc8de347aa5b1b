import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bun, installed, lat, start, temporaryFolder } from "../fixtures/lat.ts";

const verbs = ["doctor", "data", "tasks", "run", "sweep", "evaluate", "report", "cache"];

describe("help", () => {
  it("lists every verb", async () => {
    const { code, stdout, stderr } = await lat(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
  });

  it.each(verbs)("%s has an example and its options", async (verb) => {
    const { code, stdout } = await lat([verb, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Example:\n  lat ${verb}`);
    expect(stdout).toContain("--json");
  });
});

describe("the installed command", () => {
  it("is there before the build and runs what the build makes", async () => {
    expect(await bun([installed, "tasks"])).toEqual(await lat(["tasks"]));
  });
});

describe("typing errors", () => {
  it.each([
    [["sweeep"], "Did you mean sweep?"],
    [["sweep", "--presett", "nano"], "Did you mean --preset?"],
    [["rnu"], "Did you mean run?"],
    [["run", "--sede", "1"], "Did you mean --seed?"],
    [["run", "--epsilon", "much"], "Expected a number."],
    [["run", "--seed", "-1"], "Expected a whole number, 0 or more."],
    [["sweep", "--epsilons", "1:2"], "from:to:count"],
    [["evaluate"], "missing required argument 'run'"],
    [["report"], "missing required argument 'dir'"],
    [["report", "a", "b"], "--out: not given, with 2 folders"],
    [["report", "a", "--out", "b"], "--out: received b with one folder"],
    [[], "Usage: lat"],
  ])("%j is answered with exit code 2", async (parameters, message) => {
    const { code, stdout, stderr } = await lat(parameters);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});

describe("tasks", () => {
  it("lists what the workspace has", async () => {
    const { code, stdout } = await lat(["tasks"]);
    expect(code).toBe(0);
    expect(stdout).toBe("blobs  Two clouds of points in the plane, told apart by a network of 42 parameters\n");
  });

  it("shows options, sites, presets, metrics and data of one", async () => {
    const { code, stdout } = await lat(["tasks", "blobs"]);
    expect(code).toBe(0);
    for (const line of [
      "blobs: Two clouds of points in the plane",
      "  nano  a second on any machine",
      "  takes no data of your own",
      "  points  where AT perturbs",
      "  hidden  the presets'",
      "  accuracy/clean    share of held-out points that are told right",
      "  options.examples  64     Points of the implanting, and of the defence. Allowed: a whole number greater than 0.",
    ]) {
      expect(stdout.split("\n")).toContain(line);
    }
    const json = JSON.parse((await lat(["tasks", "blobs", "--json"])).stdout);
    expect(json).toMatchObject({
      presets: { nano: { site: "hidden" } },
      sites: { names: ["points", "hidden"], input: "points" },
      settings: { options: [{ key: "options.examples", default: 64 }, { key: "options.fail" }] },
    });
    expect((await lat(["tasks", "blops"])).stderr).toContain('did you mean "blobs"?');
  });

  it("prints JSON", async () => {
    const { stdout } = await lat(["tasks", "--json"]);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ name: "blobs", package: "blobs", version: "0.0.0" }),
    ]);
  });
});

describe("the request", () => {
  it.each([
    [["run", "blops", "--preset", "nano", "--method", "ft"], 'did you mean "blobs"?'],
    [["run", "blobs", "--preset", "nanno"], 'did you mean "nano"?'],
    [["run", "blobs", "--preset", "toString"], 'unknown preset of blobs "toString"'],
    [["run", "blobs", "--method", "ft"], "nano  a second on any machine"],
    [["run", "blobs", "--preset", "nanno", "--method", "ft"], 'did you mean "nano"?'],
    [["run", "blobs", "--preset", "nano", "--method", "lot"], 'did you mean "lat"?'],
    [["run", "blobs", "--preset", "nano", "--method", "lta"], 'did you mean "lat"?'],
    [
      ["run", "blobs", "--preset", "nano", "--method", "ft", "--set", "defend.lerningRate=1"],
      'did you mean "learningRate"?',
    ],
    [["run", "blobs", "--preset", "nano", "--method", "ft", "--set", "nothing"], "expected key=value"],
    [["run", "--preset", "nano", "--method", "ft"], "no task named"],
    [["data", "blops"], 'did you mean "blobs"?'],
  ])("%j is answered with exit code 2", async (parameters, message) => {
    const { code, stdout, stderr } = await lat(parameters);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });

  it.skipIf(process.platform !== "linux")(
    "names an output that cannot be written, and goes on with its work",
    async () => {
      const full = ["-c", '"$0" "$@" > /dev/full', process.execPath, installed];
      const { code, stderr } = await start("sh", [...full, "tasks"]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr:
          "error: cannot write the standard output: the disk is full; free some space, or choose a folder on another disk\n",
      });
      const out = join(temporaryFolder(), "sweep");
      const sweep = ["sweep", "blobs", "--preset", "nano", "--methods", "ft", "--out", out];
      expect((await start("sh", [...full, ...sweep])).code).toBe(1);
      expect(existsSync(join(out, "report.html"))).toBe(true);
    },
  );

  it("does not fail where its reader has seen enough", async () => {
    const enough = ["-c", '{ "$0" "$@"; echo "code $?" >&2; } | head -c 1', process.execPath, installed];
    expect((await start("sh", [...enough, "tasks"])).stderr).toBe("code 0\n");
  });

  it("fails where a folder holds no run, and shows a stack trace only with --debug", async () => {
    const folder = temporaryFolder();
    const plain = await lat(["report", folder]);
    expect(plain.code).toBe(2);
    expect(plain.stderr).not.toContain("    at ");
    const debug = await lat(["report", folder, "--debug"]);
    expect(debug.stderr).toContain("    at ");
  });
});
