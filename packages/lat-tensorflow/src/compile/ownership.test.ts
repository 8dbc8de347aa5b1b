import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { compile, configure, disposeAll, kernel, type Tensor, tf, valueAndGradients } from "../index.ts";
import { runtime } from "../load.ts";

const values = (t: Tensor): number[] => [...t.dataSync()];
/** Tensors and the data behind them. */
const held = (): number[] => [tf.memory().numTensors, tf.memory().numDataBuffers];

/** Which call of the addon is to fail: that of `method` after so many more. */
let fault: { method: "executeOp" | "traceOp"; after: number } | undefined;

// Before the first function is compiled, in front of the addon, whose own methods cannot be replaced.
beforeAll(() => {
  const { backend } = runtime();
  const addon = backend.binding;
  const failing: typeof addon = Object.create(addon);
  for (const method of ["executeOp", "traceOp"] as const) {
    Object.defineProperty(failing, method, {
      value: (...args: Parameters<typeof addon.executeOp>) => {
        if (fault?.method === method && fault.after-- === 0) throw new Error("injected");
        return addon[method](...args);
      },
    });
  }
  backend.binding = failing;
});

afterEach(() => configure({ eager: false }));

describe.each([
  ["compiled", false],
  ["operation by operation", true],
])("what a function returns belongs to the caller, %s:", (_, eager) => {
  /** Frees all results in the order given and holds arguments and the other results to their values. */
  function freed(f: (x: Tensor) => Record<string, Tensor>, expected: number[]): void {
    const x = tf.tensor1d([1, 2]);
    const compiled = compile(f, { xla: false });
    configure({ eager });
    const before = held();
    const results = Object.values(compiled(x));
    expect(new Set([x, ...results]).size).toBe(results.length + 1);
    while (results.length > 0) {
      for (const result of results) expect(values(result)).toEqual(expected);
      results.shift()!.dispose();
    }
    expect(values(x)).toEqual([1, 2]);
    expect(held()).toEqual(before);
    x.dispose();
    compiled.release();
  }

  it("an argument", () => freed((x) => ({ x }), [1, 2]));

  it("what shares an argument's data", () =>
    freed((x) => ({ reshaped: tf.reshape(tf.reshape(x, [2, 1]), [2]), cloned: tf.clone(x) }), [1, 2]));

  it("one tensor under two names", () =>
    freed(
      (x) => {
        const y = tf.mul(x, 2);
        return { y, again: y, shared: tf.reshape(y, [2]) };
      },
      [2, 4],
    ));

  it("gradients that are one tensor", () =>
    freed(
      (x) => {
        const [a, b] = [tf.mul(x, 1), tf.mul(x, 1)];
        return valueAndGradients(() => tf.add(a, b), { a, b }).gradients;
      },
      [1, 1],
    ));

  it("an argument of a compiled function inside another, which frees it", () => {
    const inner = compile((y: Tensor) => ({ y }));
    freed(
      (x) => {
        disposeAll(inner(x));
        return { double: tf.mul(x, 2) };
      },
      [2, 4],
    );
  });

  it("a tensor from outside", () => {
    const outside = tf.tensor1d([5]);
    const f = compile((_: Tensor) => outside);
    configure({ eager });
    const x = tf.scalar(0);
    f(x).dispose();
    expect(values(outside)).toEqual([5]);
    f.release();
    disposeAll(x, outside);
  });
});

describe.each([
  ["compiled", false],
  ["operation by operation", true],
])("a call that throws leaves nothing behind, %s:", (_, eager) => {
  function leavesNothing(f: (x: Tensor, w: Tensor) => Tensor, message: RegExp): void {
    const [x, w] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
    const compiled = compile(f, { xla: false });
    configure({ eager });
    const before = held();
    for (let i = 0; i < 3; i++) expect(() => compiled(x, w)).toThrow(message);
    expect(held()).toEqual(before);
    expect([x, w].map(values)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    disposeAll(x, w);
    expect(held()).toEqual(before.map((count) => count - 2));
    compiled.release();
  }
  const attributes = { T: { dtype: "float32" }, transpose_a: false, transpose_b: false } as const;
  const impossible = (x: Tensor): Tensor => kernel("MatMul", [x, x], attributes);

  it("in the middle", () => leavesNothing((x) => impossible(tf.square(x)), /MatMul/));

  it("in a forward pass, whose operations keep what a gradient reads", () =>
    leavesNothing((x, w) => {
      const fn = () => {
        const product = tf.exp(tf.mul(x, w));
        return { value: impossible(product), auxiliary: { product } };
      };
      return valueAndGradients(fn, { w }).gradients.w;
    }, /MatMul/));

  it("in a backward pass", () =>
    leavesNothing((x, w) => {
      const broken = tf.customGrad((y, save) => {
        (save as (tensors: Tensor[]) => void)([y as Tensor]);
        return { value: tf.square(y as Tensor), gradFunc: (_, [y]) => impossible(y!) };
      });
      const fn = () => ({ value: tf.mul(broken(tf.mul(x, w)), x), auxiliary: { w } });
      return valueAndGradients(fn, { w }).gradients.w;
    }, /MatMul/));

  it("where a custom gradient has kept its inputs and its kernel then fails", () =>
    leavesNothing((x, w) => {
      const broken = tf.customGrad((y, save) => {
        (save as (tensors: Tensor[]) => void)([y as Tensor]);
        return { value: impossible(y as Tensor), gradFunc: (gradient) => gradient };
      });
      return valueAndGradients(() => broken(w), { w, x }).value;
    }, /MatMul/));

  it("with a result that is no tensor", () => leavesNothing((x) => [tf.square(x), 3] as never, /the result\[1\]/));

  it("in TensorFlow, when the function runs", () => {
    const outside = tf.tensor1d([1, 1]);
    leavesNothing((x, w) => {
      const infinite = tf.div(tf.mul(x, outside), tf.sub(w, w));
      return kernel("CheckNumerics", [infinite], { T: { dtype: "float32" }, message: "checked" });
    }, /checked : Tensor had Inf|holds .*Inf/);
    const before = held();
    outside.dispose();
    expect(held()).toEqual(before.map((count) => count - 1));
  });

  it.each(eager ? (["executeOp"] as const) : (["traceOp", "executeOp"] as const))(
    "in the addon, at any call of %s",
    (method) => {
      for (let failing = 0; ; failing++) {
        const [x, w] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
        const f = compile(
          (y: Tensor, v: Tensor) => valueAndGradients(() => tf.sum(tf.exp(tf.mul(y, v))), { v }).gradients.v,
          { xla: false },
        );
        configure({ eager });
        const before = held();
        fault = { method, after: failing };
        let message = "";
        try {
          f(x, w).dispose();
        } catch (error) {
          ({ message } = error as Error);
        }
        const reached = fault.after < 0;
        fault = undefined;
        f.release();
        expect([failing, message, ...held()]).toEqual([
          failing,
          reached ? expect.stringMatching("injected") : "",
          ...before,
        ]);
        disposeAll(x, w);
        if (reached) continue;
        expect(failing).toBeGreaterThan(method === "executeOp" && !eager ? 0 : 3);
        break;
      }
    },
  );
});

it("a gradient that fails outside of a compiled function leaves nothing behind either", () => {
  const w = tf.tensor1d([3, 4]);
  const before = held();
  const fn = () => {
    const square = tf.square(w);
    return { value: kernel("MatMul", [square, square], { T: { dtype: "float32" } }), auxiliary: { square } };
  };
  expect(() => valueAndGradients(fn, { w })).toThrow(/MatMul/);
  expect(held()).toEqual(before);
  w.dispose();
});
