import fc from "fast-check";
import { compile, randomNormal, randomUniform, type Tensor, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { ball, type NormName } from "./ball.ts";
import type { Box } from "./norm.ts";
import type { Scope } from "./scope.ts";

const names: NormName[] = ["l1", "l2", "linf"];
const scopes: Scope[] = ["example", "token"];
const [B, S, D] = [3, 4, 5];
const SIZE = B * S * D;

/** A norm on the host, in double precision. */
const hostNorm: Record<NormName, (x: readonly number[]) => number> = {
  l1: (x) => x.reduce((sum, v) => sum + Math.abs(v), 0),
  l2: (x) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0)),
  linf: (x) => Math.max(...x.map(Math.abs)),
};
const dual: Record<NormName, NormName> = { l1: "linf", l2: "l2", linf: "l1" };
const inner = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);

/** The coordinates of each ball. */
function rows(scope: Scope, x: Tensor): number[][] {
  return tf.reshape(x, [scope === "example" ? B : B * S, -1]).arraySync() as number[][];
}

/**
 * At least the largest ⟨c, y⟩ over all y of ball ∩ box, by weak duality: for every multiplier m ≥ 0 it is at most
 * Σ max over the box of (c·y − m·penalty(y)) + m·bound. Tight at the multiplier that belongs to the projection.
 */
function largestInner(
  name: NormName,
  c: readonly number[],
  epsilon: number,
  [low, high]: readonly [readonly number[], readonly number[]],
  multipliers: readonly number[],
): number {
  const best = (i: number, value: (y: number) => number, stationary: number): number => {
    const bound = name === "linf" ? epsilon : Number.POSITIVE_INFINITY;
    const [least, most] = [Math.max(low[i]!, -bound), Math.min(high[i]!, bound)];
    return Math.max(...[least, most, Math.min(Math.max(stationary, least), most)].map(value));
  };
  const at = (m: number): number => {
    const terms = c.map((v, i) => {
      if (name === "linf") return best(i, (y) => v * y, 0);
      if (name === "l1") return best(i, (y) => v * y - m * Math.abs(y), 0);
      return best(i, (y) => v * y - (m / 2) * y * y, m === 0 ? 0 : v / m);
    });
    const bound = name === "linf" ? 0 : name === "l1" ? m * epsilon : (m / 2) * epsilon * epsilon;
    return terms.reduce((sum, term) => sum + term, bound);
  };
  return Math.min(...multipliers.map(at));
}

/** 0, or a number of a size from 1e-30 to 1e30: all of them about as large, or each of its own size. */
const value = (exponent: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.boolean(), fc.double({ min: 1, max: 9.9, noNaN: true }), exponent)
        .map(([negative, mantissa, e]) => Math.fround((negative ? -1 : 1) * mantissa * 10 ** e)),
    },
  );
const magnitude = fc.integer({ min: -30, max: 29 });
const near = (e: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1, max: 1 }).map((off) => Math.min(Math.max(e + off, -30), 29));
const numbers = (exponent: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(value(exponent), { minLength: SIZE, maxLength: SIZE });
const activation = fc.oneof(
  magnitude.chain((e) => numbers(near(e))),
  numbers(magnitude),
);
/** An activation, ε and the sizes of the bounds of a box, about as large as one another or not. */
const problem = magnitude.chain((e) => {
  const about = fc.oneof({ weight: 3, arbitrary: near(e) }, { weight: 1, arbitrary: magnitude });
  return fc.record({
    values: numbers(about),
    low: numbers(about),
    high: numbers(about),
    epsilon: fc.tuple(fc.double({ min: 1, max: 9.9, noNaN: true }), about).map(([m, a]) => Math.fround(m * 10 ** a)),
  });
});
const lengths = fc.array(fc.integer({ min: 1, max: S }), { minLength: B, maxLength: B });
const maskOf = (real: number[]): Tensor =>
  tf.tensor2d(real.map((n) => Array.from({ length: S }, (_, i) => (i < n ? 1 : 0))));
const padding = (x: Tensor, real: number[]): number[] =>
  (x.arraySync() as number[][][]).flatMap((example, i) => example.slice(real[i]).flat());
const shaped = (values: number[]): Tensor => tf.tensor(values, [B, S, D]);
const tidy = (body: () => void): void => void tf.tidy(() => void body());

describe.each(names)("%s", (name) => {
  describe.each(scopes)("per %s", (scope) => {
    const compilers = { xla: scope === "token" };
    const run = compile((x: Tensor, mask: Tensor) => {
      const b = ball(name, scope, mask);
      return { steepest: b.steepest(x), norm: b.norm(x), real: tf.mul(x, tf.reshape(mask, [B, S, 1])) };
    }, compilers);
    const project = compile((x: Tensor, mask: Tensor, epsilon: Tensor, box: Partial<Box>) => {
      const b = ball(name, scope, mask);
      const within = box.low && box.high ? { low: box.low, high: box.high } : undefined;
      const projected = b.project(x, epsilon, within);
      return {
        projected,
        again: b.project(projected, epsilon, within),
        real: tf.mul(x, tf.reshape(mask, [B, S, 1])),
      };
    }, compilers);
    const random = compile(
      (normal: Tensor, uniform: Tensor, mask: Tensor) => ball(name, scope, mask).randomPoint(normal, uniform),
      compilers,
    );

    it.each(["the ball", "the ball within a box"])("projects to the nearest point of %s, idempotently", (where) => {
      fc.assert(
        fc.property(problem, lengths, ({ values, epsilon, ...bounds }, real) => {
          tidy(() => {
            const boxed = where !== "the ball";
            const low = shaped(bounds.low.map((v) => -Math.abs(v)));
            const high = shaped(bounds.high.map(Math.abs));
            const found = project(shaped(values), maskOf(real), tf.scalar(epsilon), boxed ? { low, high } : {});
            expect(padding(found.projected, real).every((v) => v === 0)).toBe(true);
            const [lows, highs, xs, again] = [low, high, found.real, found.again].map((x) => rows(scope, x));
            rows(scope, found.projected).forEach((p, i) => {
              const x = xs![i]!;
              expect(hostNorm[name](p)).toBeLessThanOrEqual(epsilon * (1 + 1e-5));
              const unbounded = p.map(() => Number.POSITIVE_INFINITY);
              const within = boxed
                ? ([lows![i]!, highs![i]!] as const)
                : ([unbounded.map((v) => -v), unbounded] as const);
              p.forEach((v, k) => {
                expect(v).toBeGreaterThanOrEqual(within[0][k]!);
                expect(v).toBeLessThanOrEqual(within[1][k]!);
                expect(Math.abs(v - again![i]![k]!)).toBeLessThanOrEqual(1e-5 * Math.min(epsilon, hostNorm.linf(x)));
              });
              // The variational inequality that marks the nearest point: ⟨x − p, y − p⟩ ≤ 0 for every y of the set.
              const c = x.map((v, k) => v - p[k]!);
              const scale = epsilon * hostNorm[dual[name]](c);
              const most = boxed
                ? largestInner(name, c, epsilon, within, [
                    0,
                    ...c.map((v, k) => (name === "l1" ? Math.abs(v) : p[k] === 0 ? 0 : v / p[k]!)),
                  ])
                : scale;
              expect(most - inner(c, p)).toBeLessThanOrEqual(1e-5 * scale);
            });
          });
        }),
        { numRuns: 100, seed: 1 },
      );
    });

    it("measures, and steps steepest: a unit vector that attains the dual norm", () => {
      fc.assert(
        fc.property(activation, lengths, (values, real) => {
          tidy(() => {
            const found = run(shaped(values), maskOf(real));
            const [steepest, norms] = [rows(scope, found.steepest), found.norm.dataSync()];
            rows(scope, found.real).forEach((x, i) => {
              const [size, best] = [hostNorm[name](x), hostNorm[dual[name]](x)];
              expect(Math.abs(norms[i]! - size)).toBeLessThanOrEqual(1e-6 * size);
              expect(Math.abs(inner(steepest[i]!, x) - best)).toBeLessThanOrEqual(1e-5 * best);
              expect(Math.abs(hostNorm[name](steepest[i]!) - (best > 0 ? 1 : 0))).toBeLessThanOrEqual(1e-5);
            });
            expect(padding(found.steepest, real).every((v) => v === 0)).toBe(true);
          });
        }),
        { numRuns: 60, seed: 2 },
      );
    });

    it("draws points inside the ball that leave padding zero", () => {
      tidy(() => {
        const real = [4, 2, 1];
        for (let index = 0; index < 20; index++) {
          const key = { seed: 0, stream: "t", step: 0, index };
          const point = random(
            randomNormal([B, S, D], key),
            randomUniform(scope === "example" ? [B, 1, 1] : [B, S, 1], key),
            maskOf(real),
          );
          for (const row of rows(scope, point)) expect(hostNorm[name](row)).toBeLessThanOrEqual(1 + 1e-5);
          expect(padding(point, real).every((v) => v === 0)).toBe(true);
          expect(hostNorm.linf(rows(scope, point).flat())).toBeGreaterThan(0);
        }
      });
    });
  });

  it("draws uniformly: the share within radius r is r^d", () => {
    tidy(() => {
      const [n, d] = [20_000, 3];
      const key = { seed: 5, stream: "u", step: 0, index: 0 };
      const b = ball(name, "example");
      const points = b.randomPoint(randomNormal([n, d], key), randomUniform([n, 1], { ...key, index: 1 }));
      const sizes = [...b.norm(points).dataSync()];
      for (const r of [0.5, 0.8, 0.95]) {
        const share = sizes.filter((size) => size <= r).length / n;
        const expected = r ** d;
        expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / n));
      }
    });
  });
});

describe("l1", () => {
  const l1 = ball("l1", "example");
  const row = (x: Tensor): number[] => [...x.dataSync()];

  it("projects activations far larger than ε, of which some are equal", () => {
    tidy(() => {
      const projected = (x: number[]): number[] => row(l1.project(tf.tensor2d([x]), tf.scalar(1)));
      expect(projected([2e8, 1e8, 5e7])).toEqual([1, 0, 0]);
      expect(projected([-2e8, 2e8, 5e7])).toEqual([-0.5, 0.5, 0]);
      expect(projected(Array.from({ length: 4096 }, () => 1e20))).toEqual(Array(4096).fill(1 / 4096));
    });
  });

  it("spreads a step over the share of coordinates with the largest gradients that can move, evenly and ties included", () => {
    const steepest = (g: number[], share: number, room?: Box): number[] =>
      row(l1.steepest(tf.tensor2d([g]), { share, room })).map((v) => v + 0);
    tidy(() => {
      const g = [4e-20, -3e-20, 2e-20, 1e-20];
      expect(steepest(g, 0)).toEqual([1, 0, 0, 0]);
      expect(steepest(g, 0.5)).toEqual([0.5, -0.5, 0, 0]);
      expect(steepest([1, 1, 1, 0], 0.5).map((v) => v.toFixed(6))).toEqual([
        "0.333333",
        "0.333333",
        "0.333333",
        "0.000000",
      ]);
      const room = { low: tf.tensor2d([[-1, -1, -1, -1]]), high: tf.tensor2d([[0, 0, 1, 1]]) };
      expect(steepest(g, 0.5, room)).toEqual([0, -0.5, 0.5, 0]);
      expect(steepest(g.map(Math.abs), 1, room)).toEqual([0, 0, 0.5, 0.5]);
      const full = { low: tf.zeros([1, 4]), high: tf.zeros([1, 4]) };
      expect(steepest(g, 1, full)).toEqual([0, 0, 0, 0]);
    });
  });

  it("draws a point from normal numbers so far out that erf is 1", () => {
    // −log erfc(|z| / √2) over their sum and −log u, in double precision (Python's math.erfc).
    const expected = [0.8483324793801648, 0.012921100981195314, -0.03486969488477898, 0.07057671738287095];
    tidy(() => {
      const found = row(l1.randomPoint(tf.tensor2d([[5.6, 0.3, -0.7, 1.2]]), tf.tensor2d([[0.5]])));
      found.forEach((v, i) => void expect(v).toBeCloseTo(expected[i]!, 6));
      expect(row(l1.randomPoint(tf.tensor2d([[0, 0]]), tf.tensor2d([[0]])))).toEqual([0, 0]);
    });
  });
});

it("treats the numbers that float32 kernels flush to zero as zero", () => {
  tidy(() => {
    for (const name of names) {
      const b = ball(name, "example");
      const tiny = tf.tensor2d([[1e-40, -1e-41]]);
      for (const found of [b.steepest(tiny), b.direction(tiny), b.project(tiny, tf.scalar(1))])
        expect([...found.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });
});
