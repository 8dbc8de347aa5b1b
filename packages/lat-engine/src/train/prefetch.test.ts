import { expect, test } from "vitest";
import { prefetch } from "./prefetch.ts";

test("each step's work is asked for before the step in front of it is done, and none after the last", async () => {
  const events: string[] = [];
  const next = prefetch(
    async (step) => {
      events.push(`make ${step}`);
      return step;
    },
    3,
    6,
  );
  for (let step = 3; step < 6; step++) events.push(`step ${await next()}`);
  expect(events).toEqual(["make 3", "make 4", "step 3", "make 5", "step 4", "step 5"]);
  expect(() => next()).toThrow("step 6 was asked for, expected one before 6");
});

test("an error comes with its own step, and is nobody's where training ends before it", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const broken = () =>
    prefetch(
      async (step) => {
        if (step === 1) throw new Error("a file is gone");
        return step;
      },
      0,
      3,
    );
  const left = broken();
  expect(await left()).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  const gone = broken();
  expect(await gone()).toBe(0);
  await expect(gone()).rejects.toThrow("a file is gone");
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
