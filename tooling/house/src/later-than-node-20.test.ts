import * as fs from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { intersects } from "semver";
import { expect, test } from "vitest";
import { readManifest } from "./package.ts";

// What Node has only in versions later than 20, and Bun has: none of it may compile. `tsc` says so where one does, since
// then nothing is there to be expected.
const later = {
  // @ts-expect-error
  globSync: () => fs.globSync("*"),
  // @ts-expect-error
  mapGroupBy: () => Map.groupBy([1], (n) => n),
  // @ts-expect-error
  objectGroupBy: () => Object.groupBy([1], (n) => n),
  // @ts-expect-error
  withResolvers: () => Promise.withResolvers(),
  // @ts-expect-error
  try: () => Promise.try(() => 1),
  // @ts-expect-error
  fromAsync: () => Array.fromAsync([1]),
  // @ts-expect-error
  iteratorHelpers: () => [1].values().map((n) => n),
  // @ts-expect-error
  setMethods: () => new Set([1]).union(new Set([2])),
  // @ts-expect-error
  transfer: () => new ArrayBuffer(1).transfer(),
  // @ts-expect-error
  isMain: () => import.meta.main,
  // @ts-expect-error
  sqlite: () => import("node:sqlite"),
  // @ts-expect-error
  float16: () => new Float16Array(1),
  // @ts-expect-error
  base64: () => new Uint8Array(1).toBase64(),
  // @ts-expect-error
  escape: () => RegExp.escape("."),
  // @ts-expect-error
  bun: () => Bun.version,
};

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("types are those of the oldest Node that the command runs under", () => {
  const { devDependencies = {} } = readManifest(root);
  expect(readManifest(join(root, "packages/lat-cli"))).toMatchObject({ engines: { node: ">=20" } });
  expect(devDependencies["@types/node"]).toMatch(/^20\./);
  expect(Object.keys(later)).not.toHaveLength(0);
});

const folders = ["packages", "tasks"].flatMap((place) =>
  fs.readdirSync(join(root, place)).map((name) => `${place}/${name}`),
);

test.each(folders)("what %s depends on runs under it too", (folder) => {
  const require = createRequire(join(root, folder, "package.json"));
  for (const name of Object.keys(readManifest(join(root, folder)).dependencies ?? {})) {
    const found = require.resolve
      .paths(name)!
      .map((path) => join(path, name))
      .find((path) => fs.existsSync(path))!;
    const { engines = {} } = JSON.parse(fs.readFileSync(join(found, "package.json"), "utf8"));
    expect(intersects(engines.node ?? "*", "20"), `${name} asks for Node ${engines.node}`).toBe(true);
  }
});
