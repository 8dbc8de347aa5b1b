import { taskChecks } from "lat-engine/testing";
import { afterAll, test } from "vitest";
import task from "./index.ts";
import { madePackages, tinyOptions } from "./testing/made-packages.ts";

const { context, remove } = await madePackages();
afterAll(remove);
test.each(taskChecks({ task, options: tinyOptions, context }))("$name", ({ run }) => run());
