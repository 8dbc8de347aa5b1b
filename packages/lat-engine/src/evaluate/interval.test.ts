import { hostRandom } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { bootstrapInterval, bootstrapStatistic, wilsonInterval } from "./interval.ts";

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

  it("equals statsmodels to the last digits", () => {
    // statsmodels 0.15.0: proportion_confint(successes, n, method="wilson")
    const expected = [
      [0, 8, 0, 0.32440756488388034],
      [1, 8, 0.022417491450056642, 0.47088818221285356],
      [8, 8, 0.6755924351161198, 1],
      [99, 200, 0.4264584535990475, 0.5637299996647253],
      [3, 1000, 0.0010207838811386195, 0.008783014053503176],
      [39, 40, 0.8711863103652591, 0.9955731684973186],
    ] as const;
    for (const [successes, n, low, high] of expected) {
      const interval = wilsonInterval(successes, n);
      expect(interval[0]).toBeCloseTo(low, 14);
      expect(interval[1]).toBeCloseTo(high, 14);
    }
  });

  it.each([
    [0, 0],
    [3, 2],
    [-1, 2],
    [0.5, 2],
    [Number.NaN, 2],
  ])("refuses %d of %d cases", (successes, n) => {
    expect(() => wilsonInterval(successes, n)).toThrow(`received ${successes} of ${n} cases`);
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

describe("bootstrapInterval", () => {
  /** n draws from the exponential distribution of mean 1, which is skewed as losses are. */
  const exponential = (n: number, sample: number): number[] => {
    const random = hostRandom(1, "exponential", sample);
    return Array.from({ length: n }, (_, i) => -Math.log(1 - random.uniform(i)));
  };

  it("is a function of values, groups and stream alone", () => {
    const values = exponential(50, 0);
    expect(bootstrapInterval(values, "loss")).toEqual(bootstrapInterval(Float64Array.from(values), "loss"));
    expect(bootstrapInterval(values, "loss")).not.toEqual(bootstrapInterval(values, "other"));
  });

  it("holds the true mean of 95 in 100 samples, a little less where the distribution is skewed", () => {
    const samples = 400;
    const covering = Array.from({ length: samples }, (_, sample) =>
      bootstrapInterval(exponential(60, sample), `s${sample}`),
    );
    const coverage = covering.filter(([low, high]) => low <= 1 && 1 <= high).length / samples;
    expect(coverage).toBeGreaterThan(0.9);
    expect(coverage).toBeLessThan(0.98);
  });

  it("has the width that the central limit theorem says, around the mean", () => {
    const n = 2000;
    const values = exponential(n, 7);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    const [low, high] = bootstrapInterval(values, "width");
    const half = (1.96 * deviation) / Math.sqrt(n);
    expect((high - low) / 2 / half).toBeGreaterThan(0.9);
    expect((high - low) / 2 / half).toBeLessThan(1.1);
    expect(Math.abs((high + low) / 2 - mean)).toBeLessThan(half / 10);
  });

  it("draws the cases of a group together: equal cases tell no more than one of them", () => {
    const means = [0, 1, 1, 0, 1, 0, 0, 1, 1, 1];
    const cases = means.flatMap((value) => Array<number>(20).fill(value));
    const groups = means.flatMap((_, group) => Array<string>(20).fill(`prompt ${group}`));
    expect(bootstrapInterval(cases, "rate", groups)).toEqual(bootstrapInterval(means, "rate"));
    const [low, high] = bootstrapInterval(cases, "rate");
    const [grouped, ungrouped] = [bootstrapInterval(cases, "rate", groups), high - low];
    expect((grouped[1] - grouped[0]) / ungrouped).toBeGreaterThan(3); // √20 = 4.5
  });

  it("weighs every case the same where groups differ in size", () => {
    const values = [...Array<number>(90).fill(1), ...Array<number>(10).fill(0)];
    const groups = values.map((_, i) => Math.floor(i / 10));
    const [low, high] = bootstrapInterval(values, "rate", groups);
    expect([low, high]).toEqual([expect.closeTo(0.7, 5), 1]);
    // One group of all is drawn whole each time.
    expect(
      bootstrapInterval(
        values,
        "rate",
        values.map(() => "all"),
      ),
    ).toEqual([0.9, 0.9]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("names a case that is %d", (value) => {
    expect(() => bootstrapInterval([1, value, 2], "loss/clean")).toThrow(
      `loss/clean: case 1 of 3 is ${value}, which no mean can be taken of`,
    );
  });

  it("says so where there is no case, and where groups are missing", () => {
    expect(() => bootstrapInterval([], "loss/clean")).toThrow("loss/clean: there is no case to measure it on");
    expect(() => bootstrapInterval([1, 2], "rate", ["a"])).toThrow("rate: 1 groups for 2 values");
  });

  it("of equal values is that value", () => {
    expect(bootstrapInterval([3, 3, 3], "equal")).toEqual([3, 3]);
    expect(bootstrapInterval([2], "one")).toEqual([2, 2]);
  });

  it("of 500 values takes less than 50 ms of a processor", () => {
    const values = exponential(500, 3);
    const times = Array.from({ length: 8 }, (_, i) => {
      const before = process.cpuUsage();
      bootstrapInterval(values, `speed ${i}`);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(50); // the first also compile
  });
});

describe("bootstrapStatistic", () => {
  const values = [...hostRandom(1, "values").integers(100, 60)];
  const groups = values.map((_, i) => i % 15);
  const mean = (cases: readonly number[]): number => cases.reduce((sum, i) => sum + values[i]!, 0) / cases.length;

  it("gives a mean the interval that bootstrapInterval gives it, groups drawn whole", () => {
    const [low, high] = bootstrapStatistic(mean, "same", groups);
    const expected = bootstrapInterval(values, "same", groups);
    expect(low).toBeCloseTo(expected[0], 10);
    expect(high).toBeCloseTo(expected[1], 10);
  });

  it("leaves out resamples on which the statistic is not defined", () => {
    const rare = (cases: readonly number[]): number => (cases.includes(0) ? mean(cases) : Number.NaN);
    for (const bound of bootstrapStatistic(
      rare,
      "rare",
      values.map((_, i) => i),
    ))
      expect(bound).not.toBeNaN();
  });

  it("says so where the statistic is defined on no resample, or there is no case", () => {
    expect(() => bootstrapStatistic(() => Number.NaN, "auroc/clean", groups)).toThrow(
      "auroc/clean: it is not defined on these cases, nor on any resample of them; is a class missing?",
    );
    expect(() => bootstrapStatistic(mean, "f1/clean", [])).toThrow("f1/clean: there is no case to measure it on");
  });
});
