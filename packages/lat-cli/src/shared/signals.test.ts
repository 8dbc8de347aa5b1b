import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bun, start } from "../../fixtures/lat.ts";
import { Interrupted, interruptible } from "./signals.ts";

describe("interruptible", () => {
  it("returns what the work returns, and leaves no handlers", async () => {
    expect(await interruptible(async (signal) => signal.aborted)).toBe(false);
    expect(["SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name))).toEqual([0, 0, 0]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("aborts on %s with an error that has its exit code", async (name, exitCode) => {
    const work = interruptible(async (signal) => {
      process.emit(name, name);
      signal.throwIfAborted();
    });
    await expect(work).rejects.toEqual(new Interrupted(name));
    await expect(work).rejects.toMatchObject({ exitCode });
  });

  it.skipIf(process.platform !== "linux")(
    "leaves a signal alone that is ignored from the start, as nohup has it",
    async () => {
      const script = fileURLToPath(new URL("../../fixtures/listens.ts", import.meta.url));
      const ignoring = ["-c", 'trap "" HUP; exec "$0" "$1"', process.execPath, script];
      expect((await start("sh", ignoring)).stdout).toBe("SIGINT SIGTERM\n");
      expect((await bun([script])).stdout).toBe("SIGINT SIGTERM SIGHUP\n");
    },
  );

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
