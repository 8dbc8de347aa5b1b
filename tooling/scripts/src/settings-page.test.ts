import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { settingsPage } from "./settings-page.ts";
import { root } from "./stages.ts";

const page = readFileSync(join(root, "docs/settings.md"), "utf8");

it("docs/settings.md is what the schemas say (bun run settings writes it anew)", async () => {
  // A clone may have some of the tasks alone: then theirs are looked at.
  for (const section of await settingsPage()) expect(page).toContain(section);
});
