import { modelChecks } from "lat-engine/testing";
import { describe, test } from "vitest";
import { cases } from "./testing/cases.ts";

describe.each(Object.entries(cases))("%s", (_, given) => {
  test.each(modelChecks(given))("$name", ({ run }) => run());
});
