import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bun } from "../../fixtures/lat.ts";
import { Interrupted, interruptible } from "./signals.ts";

describe("interruptible", () => {
  it("returns what the work returns, and leaves no handlers", async () => {
    expect(await interruptible(async (signal) => signal.aborted)).toBe(false);
    expect(process.listenerCount("SIGINT") + process.listenerCount("SIGTERM")).toBe(0);
  });

  it("aborts with an error that has the signal's exit code", async () => {
    const work = interruptible(async (signal) => {
      process.emit("SIGTERM", "SIGTERM");
      signal.throwIfAborted();
    });
    await expect(work).rejects.toEqual(new Interrupted("SIGTERM"));
    await expect(work).rejects.toMatchObject({ exitCode: 143 });
  });

  it("leaves the second Ctrl-C its usual effect: the process ends at once", async () => {
    const script = fileURLToPath(new URL("../../fixtures/never-ends.ts", import.meta.url));
    const signals = [
      { at: /started/, send: "SIGINT" },
      { at: /Once more/, send: "SIGINT" },
    ] as const;
    const { signal, stderr } = await bun([script], { signals });
    expect({ signal, stderr }).toEqual({ signal: "SIGINT", stderr: expect.stringContaining("interrupted") });
  });
});
