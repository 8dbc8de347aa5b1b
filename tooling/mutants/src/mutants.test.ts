import { describe, expect, test } from "vitest";
import { methodSubject } from "./method-mutants.ts";
import { modelSubjects } from "./model-mutants.ts";
import { examine } from "./mutant.ts";
import { taskSubject } from "./task-mutants.ts";

describe.each([taskSubject, methodSubject, ...modelSubjects])("$name", (subject) => {
  test.each(subject.mutants)("with a bug is caught: $bug", async (mutant) => {
    expect((await examine(subject, mutant)).caught).toBeDefined();
  });
});
