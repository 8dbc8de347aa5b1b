import { describe, it } from "vitest";
import { methodChecks } from "./method-checks.ts";

describe("the method", () => {
  it.each(methodChecks())("$name", ({ run }) => run());
});
