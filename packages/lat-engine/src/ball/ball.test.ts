import fc from "fast-check";
import { compile, randomNormal, randomUniform, type Tensor, tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { ball, type NormName } from "./ball.ts";
import type { Scope } from "./scope.ts";

const names: NormName[] = ["l1", "l2", "linf"];
const scopes: Scope[] = ["example", "token"];
const [B, S, D] = [3, 4, 5];

/** Norms on the host, in double precision, of each ball of x. */
function hostNorms(name: NormName, scope: Scope, x: Tensor): number[] {
  const rows = tf.reshape(x, [scope === "example" ? B : B * S, -1]).arraySync() as number[][];
  return rows.map((row) => {
    const sizes = row.map(Math.abs);
    if (name === "linf") return Math.max(...sizes);
    return name === "l1" ? sizes.reduce((a, b) => a + b, 0) : Math.sqrt(sizes.reduce((a, b) => a + b * b, 0));
  });
}
const dual: Record<NormName, NormName> = { l1: "linf", l2: "l2", linf: "l1" };

const activation = fc
  .array(fc.float({ min: -8, max: 8, noNaN: true, noDefaultInfinity: true }), {
    minLength: B * S * D,
    maxLength: B * S * D,
  })
  .map((values) => values.map((v) => (Math.abs(v) < 1e-20 ? 0 : v)));
const lengths = fc.array(fc.integer({ min: 1, max: S }), { minLength: B, maxLength: B });
const maskOf = (real: number[]): Tensor =>
  tf.tensor2d(real.map((n) => Array.from({ length: S }, (_, i) => (i < n ? 1 : 0))));
const padding = (x: Tensor, real: number[]): number[] =>
  (x.arraySync() as number[][][]).flatMap((example, i) => example.slice(real[i]).flat());
const tidy = (body: () => void): void => void tf.tidy(() => void body());

describe.each(names)("%s", (name) => {
  describe.each(scopes)("per %s", (scope) => {
    const run = compile((x: Tensor, mask: Tensor, epsilon: Tensor) => {
      const b = ball(name, scope, mask);
      const projected = b.project(x, epsilon);
      return {
        projected,
        again: b.project(projected, epsilon),
        steepest: b.steepest(x),
        norm: b.norm(x),
        real: tf.mul(x, tf.reshape(mask, [B, S, 1])),
      };
    });
    const random = compile((normal: Tensor, uniform: Tensor, mask: Tensor) =>
      ball(name, scope, mask).randomPoint(normal, uniform),
    );

    it("projects into the ball, idempotently, to the nearest point, and leaves padding zero", () => {
      fc.assert(
        fc.property(activation, lengths, fc.double({ min: 0.01, max: 20, noNaN: true }), (values, real, epsilon) => {
          tidy(() => {
            const x = tf.tensor(values, [B, S, D]);
            const { projected, again, real: inside } = run(x, maskOf(real), tf.scalar(epsilon));
            for (const size of hostNorms(name, scope, projected))
              expect(size).toBeLessThanOrEqual(epsilon * (1 + 1e-5));
            expect(tf.max(tf.abs(tf.sub(projected, again))).dataSync()[0]).toBeLessThanOrEqual(
              1e-5 * Math.max(1, epsilon),
            );
            expect(padding(projected, real).every((v) => v === 0)).toBe(true);
            // Nearest: no point on the segments towards other points of the ball is closer (variational inequality ⟨x − p, y − p⟩ ≤ 0).
            const towards = run(tf.mul(inside, -1), maskOf(real), tf.scalar(epsilon)).projected;
            const inner = tf.sum(tf.mul(tf.sub(inside, projected), tf.sub(towards, projected))).dataSync()[0]!;
            expect(inner).toBeLessThanOrEqual(1e-3 * Math.max(1, epsilon * 8));
          });
        }),
        { numRuns: 60, seed: 1 },
      );
    });

    it("steps steepest: a unit vector that attains the dual norm", () => {
      fc.assert(
        fc.property(activation, lengths, (values, real) => {
          tidy(() => {
            const x = tf.tensor(values, [B, S, D]);
            const { steepest, real: inside } = run(x, maskOf(real), tf.scalar(1));
            const attained = hostNorms("l1", scope, tf.mul(steepest, inside)); // all terms of ⟨v, g⟩ are ≥ 0
            const best = hostNorms(dual[name], scope, inside);
            const sizes = hostNorms(name, scope, steepest);
            attained.forEach((value, i) => {
              expect(Math.abs(value - best[i]!)).toBeLessThanOrEqual(1e-5 * Math.max(1e-6, best[i]!));
              expect(Math.abs(sizes[i]! - (best[i]! > 0 ? 1 : 0))).toBeLessThanOrEqual(1e-5);
            });
            expect(padding(steepest, real).every((v) => v === 0)).toBe(true);
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
          for (const size of hostNorms(name, scope, point)) expect(size).toBeLessThanOrEqual(1 + 1e-5);
          expect(padding(point, real).every((v) => v === 0)).toBe(true);
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

it("normalises gradients whose squares would underflow", () => {
  tidy(() => {
    const tiny = tf.tensor2d([[3e-30, 4e-30]]);
    expect([...ball("l2", "example").steepest(tiny).dataSync()].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([
      0.6, 0.8,
    ]);
  });
});
