import { test } from "vitest";
import { modelChecks } from "./model-checks.ts";
import { toyExamples, toyNetwork } from "./toy.ts";

test.each(modelChecks({ network: toyNetwork, batch: toyExamples(6, "checked").batch([0, 1, 2, 3, 4, 5]) }))(
  "$name",
  ({ run }) => run(),
);
