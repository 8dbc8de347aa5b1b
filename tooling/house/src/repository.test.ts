import { existsSync, readdirSync, readFileSync } from "node:fs";
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

  it("tells nobody to start a stranger's package: what bunx finds under the name `lat` outside of a workspace", () => {
    const pages = [
      root,
      ...["docs", "tooling/generators/templates/task", ...folders].map((folder) => join(root, folder)),
    ]
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((path) => /\.md(\.hbs)?$/.test(path));
    expect(pages.length).toBeGreaterThan(4);
    for (const page of pages) expect(readFileSync(page, "utf8"), page).not.toMatch(/\b(bunx|npx) lat\b/);
  });

  it.each(folders)("%s depends downwards only", (folder) => {
    expect(checkManifest(folder, readManifest(join(root, folder)))).toEqual([]);
  });
});
