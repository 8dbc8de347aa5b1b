import { describe, expect, it } from "vitest";
import {
  compile,
  configure,
  disposeAll,
  kernel,
  reportRetraces,
  type Tensor,
  TraceError,
  tf,
  valueAndGradients,
} from "../index.ts";

const values = (t: Tensor): number[] => [...t.dataSync()];

describe("compile", () => {
  it.each([true, false])("computes what the function computes (XLA: %s)", (xla) => {
    const f = compile(
      (x: Tensor, { w, b }: { w: Tensor; b: Tensor }) => ({ y: tf.relu(tf.add(tf.matMul(x, w), b)), x }),
      { xla },
    );
    const x = tf.tensor2d([
      [1, -2],
      [3, 4],
    ]);
    const w = tf.tensor2d([
      [1, 0, 2],
      [0, -1, 1],
    ]);
    const b = tf.tensor1d([0.5, 0.5, -1]);
    const { y, x: same } = f(x, { w, b });
    expect(values(y)).toEqual([1.5, 2.5, 0, 3.5, 0, 9]);
    expect(values(same)).toEqual([1, -2, 3, 4]);
  });

  it.each([
    [2, 3, 5],
    [7, 3, 2],
  ])("multiplies %i × %i by %i columns, whichever factor is transposed", (rows, inner, columns) => {
    const range = (shape: number[]) => tf.reshape(tf.range(1, 1 + shape.reduce((a, b) => a * b)), shape);
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = range(transposeA ? [2, inner, rows] : [2, rows, inner]);
        const b = range(transposeB ? [2, columns, inner] : [2, inner, columns]);
        const product = compile((a: Tensor, b: Tensor) => tf.matMul(a, b, transposeA, transposeB))(a, b);
        expect(product.shape).toEqual([2, rows, columns]);
        expect(values(product)).toEqual(values(tf.matMul(a, b, transposeA, transposeB)));
      }
    }
  });

  it("traces once for every signature and counts them", () => {
    let runs = 0;
    const f = compile((x: Tensor) => {
      runs++;
      return tf.square(x);
    });
    expect(values(f(tf.tensor1d([1, 2])))).toEqual([1, 4]);
    expect(values(f(tf.tensor1d([3, 4])))).toEqual([9, 16]);
    expect(values(f(tf.tensor1d([3, 4, 5])))).toEqual([9, 16, 25]);
    expect(values(f(tf.tensor1d([3, 4], "int32")))).toEqual([9, 16]);
    expect([runs, f.traces]).toEqual([3, 3]);
  });

  it("makes tensors from outside inputs, whether or not they had been used before, and holds them", () => {
    const fresh = tf.tensor1d([1, 2]);
    const used = tf.tensor1d([10, 20]);
    tf.square(used).dispose();
    const f = compile((x: Tensor) => tf.add(tf.mul(x, fresh), tf.reshape(used, [2])));
    expect(values(f(tf.tensor1d([1, 1])))).toEqual([11, 22]);
    expect(values(fresh)).toEqual([1, 2]);
    fresh.dispose();
    used.dispose();
    expect(values(f(tf.tensor1d([2, 2])))).toEqual([12, 24]);
    f.release();
  });

  it.each([false, true])("takes gradients inside, with auxiliary results (eager: %s)", (eager) => {
    const f = compile((x: Tensor, w: Tensor) => {
      const fn = () => {
        const product = tf.mul(x, w);
        return { value: tf.square(product), auxiliary: { product, w } };
      };
      return valueAndGradients(fn, { w, unused: x.clone() }, tf.tensor1d([1, 10]));
    });
    const x = tf.tensor1d([1, 2]);
    const w = tf.tensor1d([3, 4]);
    const before = tf.memory().numTensors;
    configure({ eager });
    const { value, gradients, auxiliary } = f(x, w);
    configure({ eager: false });
    expect(values(value)).toEqual([9, 64]);
    expect(values(auxiliary.product)).toEqual([3, 8]);
    expect(values(gradients.w)).toEqual([6, 320]);
    expect(values(gradients.unused)).toEqual([0, 0]);
    expect(tf.memory().numTensors).toBe(before + 5);
    tf.dispose([value, auxiliary, gradients]);
    expect(values(w)).toEqual([3, 4]);
  });

  it.each([true, false])("does not depend on the order of an object's keys (eager: %s)", (eager) => {
    const f = compile((x: Record<string, Tensor>) => Object.values(x).reduce((sum, t) => tf.add(sum, t)));
    const [a, b, c] = [1e8, 1, -1e8].map((v) => tf.scalar(v));
    configure({ eager });
    const sums = [f({ a: a!, b: b!, c: c! }), f({ c: c!, a: a!, b: b! })].flatMap(values);
    configure({ eager: false });
    expect(sums).toEqual([0, 0]); // (1e8 + 1) − 1e8 in float32; the other order would give 1
    expect(f.traces).toBe(eager ? 0 : 1);
  });

  it("is one function where two are equal, until both are released", () => {
    const make = () => compile((x: Tensor) => tf.square(x));
    const [a, b] = [make(), make()];
    const x = tf.tensor1d([3]);
    expect([values(a(x)), values(b(x))]).toEqual([[9], [9]]);
    a.release();
    expect(values(b(x))).toEqual([9]);
    b.release();
    expect(values(a(x))).toEqual([9]);
    a.release();
  });

  it("compiles equal functions once, even when the first was released before the second was made", () => {
    const x = tf.zeros([32, 32]);
    const seconds = (): number => {
      const f = compile((y: Tensor) => tf.softmax(tf.matMul(tf.add(tf.mul(y, 0.5), y), y)));
      const began = performance.now();
      f(x).dispose();
      const taken = performance.now() - began;
      f.release();
      return taken;
    };
    const first = seconds();
    const later = Math.min(...Array.from({ length: 10 }, seconds));
    expect(later).toBeLessThan(first / 10); // XLA takes about 100 ms for it, tracing about 1
  });

  it("reports a function that is traced again and again, once", () => {
    const messages: string[] = [];
    reportRetraces((message) => messages.push(message));
    const f = compile((x: Tensor) => tf.neg(x), { name: "growing", xla: false });
    for (let n = 1; n <= 20; n++) f(tf.zeros([n, 2])).dispose();
    reportRetraces(() => {});
    f.release();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/"growing" was traced for 16 different signatures.*float32\[16,2\].*Round lengths/);
  });

  it("inlines a compiled function called by another", () => {
    const inner = compile((x: Tensor) => tf.square(x));
    const outer = compile((x: Tensor) => tf.add(inner(x), 1));
    expect(values(outer(tf.tensor1d([3])))).toEqual([10]);
    expect(inner.traces).toBe(0);
  });

  it("gives the first call and the hundredth the same bits", () => {
    const f = compile((x: Tensor) => tf.sum(tf.softmax(tf.matMul(x, x, false, true)), 0));
    const x = kernel("StatelessRandomNormal", [tf.tensor1d([64, 64], "int32"), tf.tensor1d([1, 2], "int32")], {
      T: { dtype: "int32" },
      Tseed: { dtype: "int32" },
      dtype: { dtype: "float32" },
    });
    const first = values(f(x));
    for (let i = 0; i < 98; i++) f(x).dispose();
    expect(values(f(x))).toEqual(first);
  });

  it("runs operation by operation in eager mode", () => {
    let runs = 0;
    const f = compile((x: Tensor) => {
      runs++;
      return tf.add(x, 1);
    });
    configure({ eager: true });
    try {
      f(tf.tensor1d([1]));
      expect(values(f(tf.tensor1d([1])))).toEqual([2]);
    } finally {
      configure({ eager: false });
    }
    expect([runs, f.traces]).toEqual([2, 0]);
  });
});

describe("valueAndGradients", () => {
  it("weighs the value's elements equally where no weight is given, and leaves only its results behind", () => {
    const [x, w] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6])];
    const before = tf.memory().numTensors;
    const { value, gradients } = valueAndGradients(() => tf.square(tf.mul(x, w)), { w });
    expect([values(value), values(gradients.w)]).toEqual([
      [16, 100, 324],
      [8, 40, 108],
    ]);
    expect(tf.memory().numTensors).toBe(before + 2);
    disposeAll(value, gradients);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("returns tensors of its own, also where nothing is computed", () => {
    const [x, y, cotangent] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), tf.tensor1d([5, 6])];
    const before = tf.memory().numTensors;
    disposeAll(valueAndGradients(() => x, { x }, cotangent));
    const { value, gradients } = valueAndGradients(() => tf.add(x, y), { x, y }, cotangent);
    gradients.x.dispose();
    expect([x, y, cotangent, value, gradients.y].map(values)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [4, 6],
      [5, 6],
    ]);
    disposeAll(value, gradients);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("gives auxiliary tensors to the tidy around it, even one that is differentiated itself", () => {
    const w = tf.tensor1d([4, 5]);
    const before = tf.memory().numTensors;
    const outside = tf.tidy(() => {
      const fn = () => ({ value: tf.square(w), auxiliary: { w, double: tf.mul(w, 2) } });
      return valueAndGradients(fn, { w }).auxiliary.double;
    });
    expect(values(outside)).toEqual([8, 10]);
    outside.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(values(w)).toEqual([4, 5]);
  });
});

describe("disposeAll", () => {
  it("finds every tensor in arrays and objects, and passes over what is none", () => {
    const before = tf.memory().numTensors;
    const [a, b, c] = [tf.scalar(1), tf.scalar(2), tf.scalar(3)];
    disposeAll(a, [{ b, none: null }, undefined], { deep: { c: [c, a] }, text: "text" });
    disposeAll(a);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("what cannot be compiled is answered", () => {
  it("names the operation, its shapes, the function and the caller's line", () => {
    const broken = compile(
      (x: Tensor) => kernel("MatMul", [x, x], { T: { dtype: "float32" }, transpose_a: false, transpose_b: false }),
      { name: "broken" },
    );
    expect(() => broken(tf.zeros([2, 3]))).toThrow(
      /MatMul in the compiled function "broken" at .*compile\.test.*3 and 2.*\[2,3\], \[2,3\]/s,
    );
    expect(() => broken(tf.zeros([2, 3]))).toThrow(TraceError);
  });

  it("a read of values", () => {
    const f = compile((x: Tensor) => tf.scalar(x.dataSync()[0]!), { name: "reads" });
    expect(() => f(tf.zeros([1]))).toThrow(/a value was read inside the compiled function "reads" at .*compile\.test/);
    expect(() => f(tf.zeros([1]))).toThrow(TraceError);
  });

  it("a shape that depends on values", () => {
    const f = compile((x: Tensor) => kernel("Where", [x], { T: { dtype: "bool" } }), { name: "where" });
    expect(() => f(tf.tensor1d([true, false]))).toThrow(
      /Where in the compiled function "where".*dimension 0 of the result is not known/,
    );
  });

  it("a variable that is not an argument", () => {
    const v = tf.variable(tf.scalar(1), true, "learned");
    const f = compile((x: Tensor) => tf.mul(x, tf.reshape(v, [1])), { name: "stale" });
    expect(() => f(tf.tensor1d([1]))).toThrow(/variable "learned" is used inside the compiled function "stale"/);
    v.dispose();
  });

  it("an argument or a result that is not a tensor", () => {
    const f = compile((x: unknown) => x);
    expect(() => f({ rate: 0.1 })).toThrow(/args\[0\]\.rate is the number 0\.1: .*tf\.scalar/);
    const g = compile((_: Tensor) => "text");
    expect(() => g(tf.scalar(1))).toThrow(/the result is the string text/);
  });

  it("a disposed argument", () => {
    const f = compile((x: { a: Tensor }) => tf.neg(x.a), { name: "negate" });
    const a = tf.scalar(1);
    a.dispose();
    expect(() => f({ a })).toThrow(/args\[0\]\.a of the compiled function "negate" is a tensor that was disposed/);
  });

  it("and the next function compiles as if nothing had happened", () => {
    const f = compile((x: Tensor) => {
      x.dataSync();
      return x;
    });
    expect(() => f(tf.scalar(1))).toThrow(TraceError);
    expect(values(compile((x: Tensor) => tf.add(x, 1))(tf.scalar(1)))).toEqual([2]);
  });
});

const collectGarbage = (): void => (globalThis as { Bun?: { gc(force: boolean): void } }).Bun?.gc(true);

describe("memory", () => {
  it("stays flat over 1,000 calls and 100 releases", () => {
    const x = tf.zeros([64, 64]);
    const outside = tf.zeros([64]);
    const once = (f: (x: Tensor) => Tensor): void => f(x).dispose();
    const lasting = compile((y: Tensor) => tf.add(tf.matMul(y, y), outside), { xla: false });
    const cycle = (i: number): void => {
      const f = compile((y: Tensor) => tf.add(tf.mul(y, i), outside), { xla: false });
      once(f);
      f.release();
    };
    once(lasting);
    for (let i = 0; i < 20; i++) cycle(i);
    const before = tf.memory().numTensors;
    const buffers = tf.memory().numDataBuffers;
    collectGarbage();
    const resident = process.memoryUsage().rss;
    for (let i = 0; i < 1000; i++) once(lasting);
    for (let i = 0; i < 100; i++) cycle(100 + i);
    collectGarbage();
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.memory().numDataBuffers).toBe(buffers);
    expect((process.memoryUsage().rss - resident) / 2 ** 20).toBeLessThan(16);
  });
});
