import { describe, expect, it } from "vitest";
import { hostRandom, randomNormal, randomUniform, shuffled, tf } from "../index.ts";
import { philox } from "./philox.ts";

describe("philox", () => {
  // Known answers of the authors' Random123 distribution (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)("gives the published words for counter %j and key %j", (counter, key, words) => {
    expect(philox(counter, key)).toEqual([...words]);
  });
});

describe("host draws", () => {
  it("depend on seed, stream, step and index alone", () => {
    const a = hostRandom(1, "order", 2);
    expect(a.uniform(7)).toBe(hostRandom(1, "order", 2).uniform(7));
    const others = [
      hostRandom(2, "order", 2).uniform(7),
      hostRandom(1, "poison", 2).uniform(7),
      hostRandom(1, "order", 3).uniform(7),
      a.uniform(8),
    ];
    expect(new Set([a.uniform(7), ...others]).size).toBe(5);
  });

  it("are uniform: mean and variance of 20,000 within five standard errors", () => {
    const random = hostRandom(0, "test");
    const n = 20_000;
    const draws = Array.from({ length: n }, (_, i) => random.uniform(i));
    const mean = draws.reduce((s, x) => s + x, 0) / n;
    const variance = draws.reduce((s, x) => s + (x - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
  });

  it("repeat the figures that were ever drawn", () => {
    // Every stored result depends on them: written down when the first ones were made.
    const random = hostRandom(7, "order", 2);
    expect([0, 1, 2 ** 32 + 1].map((index) => random.uniform(index))).toEqual([
      0.7006185645491272, 0.0397202051345118, 0.8601538797483296,
    ]);
    expect([0, 1, 2].map((index) => random.integer(1000, index))).toEqual([700, 39, 124]);
    expect([...random.permutation(8)]).toEqual([5, 1, 2, 0, 3, 6, 7, 4]);
    expect([...random.choice(1000, 4)]).toEqual([700, 40, 126, 407]);
  });

  it("draw many whole numbers at once, all equally likely, and fewer are the first of more", () => {
    const random = hostRandom(2, "many");
    const draws = random.integers(7, 70_000);
    expect([...random.integers(7, 5)]).toEqual([...draws.subarray(0, 5)]);
    const counts = Array<number>(7).fill(0);
    for (const draw of draws) counts[draw]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.5); // 99.9 % quantile of 6 degrees of freedom
    const neighbours = draws.reduce((sum, draw, i) => sum + Number(i > 0 && draw === draws[i - 1]), 0);
    expect(Math.abs(neighbours / 70_000 - 1 / 7)).toBeLessThan(5 * Math.sqrt(6 / 49 / 70_000));
  });

  it("permute and choose without repetition, every order equally likely", () => {
    expect([...hostRandom(3, "p").permutation(50)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
    const order = [...hostRandom(3, "p").permutation(8)];
    expect(shuffled([..."abcdefgh"], 3, "p")).toEqual(order.map((index) => "abcdefgh"[index]));
    expect(new Set(hostRandom(3, "c").choice(1000, 40)).size).toBe(40);
    expect(() => hostRandom(3, "c").choice(3, 4)).toThrow(/4 different numbers of 3/);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = hostRandom(i, "p").permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((s, c) => s + (c - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(6);
    expect(chiSquare).toBeLessThan(20.5); // 99.9 % quantile of 5 degrees of freedom
  });
});

describe("tensor draws", () => {
  const key = { seed: 1, stream: "delta", step: 5, index: 3 };

  it("repeat, differ by every part of the key, and a longer one starts with a shorter one", () => {
    const first = [...randomNormal([8], key).dataSync()];
    expect([...randomNormal([8], key).dataSync()]).toEqual(first);
    expect([...randomNormal([16], key).dataSync()].slice(0, 8)).toEqual(first);
    for (const change of [{ seed: 2 }, { stream: "x" }, { step: 6 }, { index: 4 }]) {
      expect([...randomNormal([8], { ...key, ...change }).dataSync()]).not.toEqual(first);
    }
  });

  it("have the moments of their distributions", () => {
    const moments = (t: ReturnType<typeof tf.zeros>): number[] => {
      const { mean, variance } = tf.moments(t);
      return [mean.dataSync()[0]!, variance.dataSync()[0]!];
    };
    const n = 100_000;
    const [mean, variance] = moments(randomNormal([n], key));
    expect(Math.abs(mean!)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance! - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const [half, twelfth] = moments(randomUniform([n], key));
    expect(Math.abs(half! - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(twelfth! - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
  });
});
