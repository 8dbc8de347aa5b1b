import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readManifest } from "./package.ts";
import { checkManifest, checkTopLevel } from "./rules.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folders = ["packages", "tasks", "tooling"]
  .flatMap((place) => readdirSync(join(root, place)).map((name) => `${place}/${name}`))
  .filter((folder) => existsSync(join(root, folder, "package.json")));

describe("this repository", () => {
  it("has at its top level what belongs there", () => {
    expect(checkTopLevel(readdirSync(root))).toEqual([]);
  });

  it.each(folders)("%s depends downwards only", (folder) => {
    expect(checkManifest(folder, readManifest(join(root, folder)))).toEqual([]);
  });
});
