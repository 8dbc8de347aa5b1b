import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bun, installed, javascriptWorkspace, node, start, temporaryFolder } from "../fixtures/lat.ts";

describe.skipIf(!node)("under Node as under Bun (skipped where there is no Node)", () => {
  const cwd = javascriptWorkspace();

  it("a run of two steps, each from a network of its own making, gives the same bits", async () => {
    const runs = [];
    for (const program of [start.bind(null, node!), bun]) {
      const [out, cache] = [temporaryFolder(), temporaryFolder()];
      const two = ["implant.epochs", "defend.epochs"].flatMap((key) => ["--set", `${key}=0.25`]);
      const parameters = [installed, "run", "blobs", "--preset", "nano", "--method", "lat", "--epsilon", "1", ...two];
      const { code, stdout, stderr } = await program([...parameters, "--out", join(out, "run"), "--json"], {
        cwd,
        env: { LAT_CACHE: cache },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
      const { checkpointSha256, metrics } = JSON.parse(stdout);
      const implanted = readFileSync(join(out, "run/implanted/evaluation.json"), "utf8");
      runs.push({ checkpointSha256, metrics, implanted });
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  it("writes a report", async () => {
    const out = join(temporaryFolder(), "sweep");
    const parameters = ["sweep", "blobs", "--preset", "nano", "--methods", "ft,lat", "--out", out];
    const { code, stdout } = await start(node!, [installed, ...parameters], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("Report: ") });
  });

  it("answers what cannot be done as under Bun", async () => {
    const parameters = [installed, "run", "blobs", "--preset", "nanno"];
    const outcome = await start(node!, parameters, { cwd });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "nano"?') });
    expect(outcome).toEqual(await bun(parameters, { cwd }));
  });
});
