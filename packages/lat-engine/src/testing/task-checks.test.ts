import { test } from "vitest";
import { taskChecks } from "./task-checks.ts";
import { toyTask } from "./toy.ts";

test.each(taskChecks({ task: toyTask, options: { examples: 32, spoil: 1 } }))("$name", ({ run }) => run());
