import { describe, expect, it } from "vitest";
import { wilsonInterval } from "./interval.ts";

describe("wilsonInterval", () => {
  it("equals the published figures", () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
    const expected = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [successes, n, low, high] of expected) {
      const interval = wilsonInterval(successes, n);
      expect(interval[0]).toBeCloseTo(low, 4);
      expect(interval[1]).toBeCloseTo(high, 4);
    }
  });

  it("always holds the share itself, where none or all succeed as well", () => {
    for (let n = 1; n <= 300; n++) {
      for (const successes of [0, 1, n - 1, n]) {
        const [low, high] = wilsonInterval(successes, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(successes / n);
        expect(high).toBeGreaterThanOrEqual(successes / n);
        expect(high).toBeLessThanOrEqual(1);
      }
    }
  });
});
