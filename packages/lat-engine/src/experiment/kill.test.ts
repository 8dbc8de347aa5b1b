import { existsSync } from "node:fs";
import { join } from "node:path";
import { outputOf, printed, runScript, temporaryFolder } from "lat-system/testing";
import { expect, it } from "vitest";
import { silent } from "../records/observer.ts";
import type { Task } from "../task/task.ts";
import { eventsBesidesTimes } from "../testing/events.ts";
import { toyTask } from "../testing/toy.ts";
import { resolveRun } from "./resolve.ts";
import { run } from "./run.ts";

const REQUEST = {
  preset: "nano",
  method: "lat",
  epsilon: 0.5,
  seed: 0,
  set: { "implant.epochs": 8, "defend.epochs": 16 },
} as const;

/** Starts the run, or resumes it, in a process of its own that prints each step before it is saved. */
function start(out: string) {
  return runScript(
    join(import.meta.dirname, ".."),
    `import { resolveRun } from "./experiment/resolve.ts";
     import { run } from "./experiment/run.ts";
     import { toyTask } from "./testing/toy.ts";
     let current = "";
     const observer = {
       phase: (phase) => { current = phase; },
       progress: (done) => console.log(current + " " + done + ";"),
       log: () => {},
     };
     const summary = await run(toyTask, resolveRun(toyTask, ${JSON.stringify(REQUEST)}), {
       out: ${JSON.stringify(out)},
       resume: true,
       observer,
     });
     console.log("ends with " + summary.checkpointSha256);`,
  );
}

it("a run killed at three moments, while implanting and while defending, resumes to the same bits", async () => {
  const out = join(temporaryFolder(), "run");
  for (const moment of ["implant 31;", "defend 40;", "defend 99;"]) {
    const child = start(out);
    const ended = outputOf(child);
    await printed(child, moment);
    child.kill("SIGKILL");
    await ended;
    expect(child.signalCode).toBe("SIGKILL");
    expect(existsSync(join(out, "result.json"))).toBe(false);
  }
  const { stdout } = await outputOf(start(out));
  // It goes on from a checkpoint, not from the beginning.
  expect(stdout).toMatch(/^defend (9[7-9]|1\d\d);/);
  const config = resolveRun(toyTask, REQUEST);
  const wholeOut = join(temporaryFolder(), "whole");
  const whole = await run(toyTask as Task<never>, config, {
    out: wholeOut,
    resume: false,
    observer: silent,
  });
  expect(stdout).toContain(`ends with ${whole.checkpointSha256}`);
  for (const part of [".", "implanted"])
    expect(eventsBesidesTimes(join(out, part))).toEqual(eventsBesidesTimes(join(wholeOut, part)));
});
