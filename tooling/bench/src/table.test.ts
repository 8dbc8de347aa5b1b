import { describe, expect, it } from "vitest";
import { type Measured, median } from "./measure.ts";
import { format, missed, rows } from "./table.ts";

const measured = (plain: number[], lat: number[], peakBytes: number): Measured => ({
  startToFirstStep: 2,
  firstLatStep: 3,
  turns: { plain, lat },
  peakBytes,
});

describe("the table", () => {
  const ours = measured([1, 8, 1], [4, 4, 4], 150e6);
  const peer = measured([2, 16, 1], [5, 4, 5], 100e6);
  const table = rows(ours, [{ measured: peer, bars: { plain: 0.9, lat: 0.9, memory: 1.4 } }]);

  it("compares within a round, so that a slow round counts for neither", () => {
    expect(table[0]!.peers[0]).toMatchObject({ ratio: 0.5, range: [0.5, 1], value: 2000 });
  });

  it("says which bars are missed", () => {
    expect(missed(table)).toBe(true);
    expect(missed(table.slice(0, 2))).toBe(false);
    expect(format("nano", ["peer"], table)).toMatch(/resident memory, MB +150 +100 +1\.50 MISSES 1\.40/);
  });
});

describe("median", () => {
  it("is the middle number, or the mean of the two in the middle", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });
});
