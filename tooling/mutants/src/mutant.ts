import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Check, ConformanceError } from "lat-engine/testing";
import { LatError } from "lat-system";

/** One deliberate bug: a passage of one source file that is replaced by another. */
export interface Mutant {
  /** What is wrong, for people. */
  readonly bug: string;
  /** Below the package's `src`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Code that can be copied, broken and checked. */
export interface Subject {
  readonly name: string;
  /** The package's folder below `packages`. */
  readonly package: string;
  /** The checks of a copy, given what is at `module` below its `src`. */
  readonly module: string;
  checks(exported: never): readonly Check[];
  readonly mutants: readonly Mutant[];
}

export interface Verdict {
  readonly bug: string;
  /** The first check that failed, and what it said; absent: the mutant survived. */
  readonly caught?: { readonly check: string; readonly message: string };
}

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** Copies the subject, breaks the copy and runs its checks until one fails. Without a mutant the copy is as it was. */
export async function examine(subject: Subject, mutant?: Mutant): Promise<Verdict> {
  const copy = mkdtempSync(join(tmpdir(), "mutant-"));
  try {
    cpSync(join(repository, "packages", subject.package, "src"), join(copy, "src"), { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
    if (mutant) mutate(join(copy, "src", mutant.file), mutant);
    const exported = (await import(join(copy, "src", subject.module))) as never;
    for (const { name, run } of subject.checks(exported)) {
      const failure = await failureOf(run);
      if (failure) return { bug: mutant?.bug ?? "none", caught: { check: name, message: failure.message } };
    }
    return { bug: mutant?.bug ?? "none" };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** What a check found. A mutant that does not even run is no bug to be found, but one to be written better. */
async function failureOf(run: Check["run"]): Promise<Error | undefined> {
  try {
    await run();
  } catch (error) {
    // The copied engine has a class of its own.
    if (error instanceof Error && error.constructor.name === ConformanceError.name) return error;
    throw error;
  }
  return undefined;
}

function mutate(path: string, { bug, find, replace }: Mutant): void {
  const source = readFileSync(path, "utf8");
  const found = source.split(find).length - 1;
  if (found !== 1)
    throw new LatError(`mutant "${bug}": ${path} has the passage ${found} times, expected once: ${find}`);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
}
