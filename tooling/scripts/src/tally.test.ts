import { describe, expect, it } from "vitest";
import { tally } from "./tally.ts";

describe("tally", () => {
  it("adds up the totals of every package, coloured or not, replayed or not", () => {
    const log = [
      "lat-system:test: cache hit, replaying logs 4bc6c84bdec71bce",
      "lat-system:test:  Test Files  2 passed (2)",
      "lat-system:test: \u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m7 passed\u001b[39m\u001b[22m\u001b[90m (7)\u001b[39m",
      "lat-engine:test:       Tests  5 passed | 2 skipped (7)",
    ].join("\n");
    expect(tally(log)).toEqual({ passed: 12, failed: 0 });
  });

  it("counts failing tests once, though their task fails too", () => {
    const log = [
      "lat-engine:test:       Tests  1 failed | 5 passed (6)",
      "lat-engine#test: command (/home/a/packages/lat-engine) bun run test exited (1)",
    ].join("\n");
    expect(tally(log)).toEqual({ passed: 5, failed: 1 });
  });

  it("counts a task that failed without a failing test", () => {
    const log = [
      "lat-engine:test:       Tests  5 passed (5)",
      "lat-engine#test: command (/home/a/packages/lat-engine) bun run test exited (1)",
      "lat-engine#typecheck: command (/home/a/packages/lat-engine) bun run typecheck exited (2)",
      "lat-models#test: command (/home/a/packages/lat-models) bun run test exited (1)",
    ].join("\n");
    expect(tally(log)).toEqual({ passed: 5, failed: 3 });
  });
});
