import { taskChecks } from "lat-engine/testing";
import { test } from "vitest";
import task from "./index.ts";
import { madePackages, smallOptions } from "./testing/made-packages.ts";

test.each(taskChecks({ task, options: smallOptions, context: madePackages() }))("$name", ({ run }) => run());
