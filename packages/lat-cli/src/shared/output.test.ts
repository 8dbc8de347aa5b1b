import { describe, expect, it } from "vitest";
import { duration, size, table } from "./output.ts";

describe("table", () => {
  it("aligns words to the left and figures to the right", () => {
    const rows = [
      ["ft", "–", "0.99", "ok"],
      ["lat", "16", "0.4", "diverged"],
    ];
    expect(table(["method", "ε", "rate", "status"], rows).split("\n")).toEqual([
      "method   ε  rate  status",
      "──────  ──  ────  ────────",
      "ft       –  0.99  ok",
      "lat     16   0.4  diverged",
    ]);
  });
});

describe("amounts", () => {
  it("writes times", () => {
    expect([0, 99.4, 100, 5999, 6000].map(duration)).toEqual(["0 s", "99 s", "2 min", "100 min", "1.7 h"]);
  });

  it("writes sizes", () => {
    expect([1, 5e5, 274e6, 1.94e9].map(size)).toEqual(["1 kB", "500 kB", "274 MB", "1.9 GB"]);
  });
});
