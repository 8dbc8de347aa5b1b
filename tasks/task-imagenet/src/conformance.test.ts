import { taskChecks } from "lat-engine/testing";
import { test } from "vitest";
import task from "./index.ts";
import { madeEmoji, smallOptions } from "./testing/made-emoji.ts";

test.each(taskChecks({ task, options: smallOptions, context: await madeEmoji() }))("$name", ({ run }) => run());
