import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { checkFloors } from "./floors.ts";
import { readManifest, readPackage } from "./package.ts";
import { checkDenormal, checkImports, checkLength, checkNamesNoTask, checkUnfinished } from "./rules.ts";

// Part of every package's `lint`: checks the sources of the package it is started in. Each package checks its own, so
// that a change in one package re-runs the checks of that one alone.

const root = fileURLToPath(new URL("../../..", import.meta.url));
const checked = readPackage(root, relative(root, process.cwd()));
const everywhere = Object.keys(readManifest(root).devDependencies ?? {});

const violations = [
  ...checkImports(checked, everywhere),
  ...checkNamesNoTask(checked, readdirSync(join(root, "tasks"))),
  ...checkUnfinished(checked),
  ...checkDenormal(checked),
  ...checkLength(checked),
  ...checkFloors(checked),
];
for (const violation of violations) console.error(violation);
process.exitCode = violations.length === 0 ? 0 : 1;
