import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lat, temporaryFolder } from "../../fixtures/lat.ts";

function cacheOf(): string {
  const cache = temporaryFolder();
  const files = {
    "implanted/0f/about.json": '{ "task": "blobs", "preset": "nano" }',
    "implanted/1a.partial/about.json": '{ "task": "blobs", "preset": "nano" }',
    "packages/mlxtend-0.25.0-ae709695/a.csv": "1,2",
    "packages/@scope+of-them-1.0-0123abcd/a.csv": "1,2",
    "packages/tensorflow-cpu-2.21.0-f8ce1d34/lib.so": "x",
    "addons/cpu-2.21.0-076ae8deeda44e61/a.node": "x",
    "elsewhere/y/z": "x",
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(cache, path, ".."), { recursive: true });
    writeFileSync(join(cache, path), content);
  }
  return cache;
}

it("lists what there is by kind, and whose it is", async () => {
  const env = { LAT_CACHE: cacheOf() };
  const { code, stdout } = await lat(["cache"], { env });
  expect(code).toBe(0);
  for (const line of [
    /^implanted +0f +1 kB +0 s +blobs nano$/m,
    /^data +mlxtend-0\.25\.0-ae709695 +1 kB/m,
    /^data +@scope\+of-them-1\.0-0123abcd +1 kB/m,
    /^tensorflow +tensorflow-cpu-2\.21\.0-f8ce1d34 /m,
    /^tensorflow +cpu-2\.21\.0-076ae8deeda44e61 /m,
    /^partial +1a\.partial +1 kB +0 s +blobs nano$/m,
    /^other +elsewhere\/y /m,
  ]) {
    expect(stdout).toMatch(line);
  }
  const json = JSON.parse((await lat(["cache", "--json"], { env })).stdout);
  expect(json.map(({ kind }: { kind: string }) => kind).join()).toBe(
    "implanted,data,data,tensorflow,tensorflow,partial,other",
  );
});

it("removes kinds, but nothing without --yes", async () => {
  const cache = cacheOf();
  const clear = (...more: string[]) => lat(["cache", "--clear", ...more], { env: { LAT_CACHE: cache } });
  const asked = await clear("implanted,partial");
  expect(asked.stdout).toMatch(/^implanted: 0f, 1 kB, of blobs nano$/m);
  expect(asked.stdout).toContain("nothing is removed without --yes");
  expect(readdirSync(join(cache, "implanted")).sort()).toEqual(["0f", "1a.partial"]);
  expect((await clear("implanted,partial", "--yes")).code).toBe(0);
  expect(readdirSync(join(cache, "implanted")).sort()).toEqual([]);
  expect(existsSync(join(cache, "packages/tensorflow-cpu-2.21.0-f8ce1d34/lib.so"))).toBe(true);
  await clear("all", "--yes");
  expect((await lat(["cache"], { env: { LAT_CACHE: cache } })).stdout).toBe(`${cache} holds nothing.\n`);
});

it("answers a kind that there is not", async () => {
  const { code, stderr } = await lat(["cache", "--clear", "implantd", "--yes"], { env: { LAT_CACHE: cacheOf() } });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('did you mean "implanted"?') });
});
