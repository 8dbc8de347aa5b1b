import { describe, expect, it } from "vitest";
import { angle, format, largestError, misses, relativeError, worstRelative } from "./row.ts";

const a = Float32Array.of(3, 4, 0.5);
const b = Float32Array.of(3, 2, 0.25);

describe("measures of error", () => {
  it("relative to the whole", () => {
    expect(relativeError(a, b)).toBeCloseTo(Math.sqrt(4 + 0.0625) / Math.sqrt(9 + 4 + 0.0625));
  });

  it("by angle, whatever the lengths", () => {
    expect(angle(Float32Array.of(2, 0), Float32Array.of(5, 5))).toBeCloseTo(1 - Math.SQRT1_2);
    expect(angle(a, a.map((x) => 3 * x))).toBeCloseTo(0, 7); // biome-ignore format: short
  });

  it("relative to the largest element", () => {
    expect(largestError(a, b)).toBeCloseTo(2 / 3);
  });

  it("relative to each element", () => {
    expect(worstRelative(a, b)).toBeCloseTo(1);
  });

  it.each([angle, relativeError, largestError, worstRelative])("%o refuses values of different lengths", (measure) => {
    expect(() => measure(a, Float32Array.of(1))).toThrow(RangeError);
  });
});

describe("a row", () => {
  const row = { group: "δ", what: "residual", error: 2e-4, float32: 1e-7, bar: 1e-4 };

  it("misses its bar above it, and where the error is not a number", () => {
    const missing = [row, { ...row, error: 1e-4 }, { ...row, error: Number.NaN }].map(misses);
    expect(missing).toEqual([true, false, true]);
  });

  it("says so in the table", () => {
    expect(format([row])).toMatch(/residual +2\.0e-4 +1\.0e-7 +MISSES 1e-4/);
  });
});
