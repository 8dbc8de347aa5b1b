import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsPage } from "./settings-page.ts";
import { root } from "./stages.ts";

// Writes docs/settings.md anew, after a change of a schema.

writeFileSync(join(root, "docs/settings.md"), (await settingsPage()).join("\n"));
