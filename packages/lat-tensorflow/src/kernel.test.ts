import { expect, it } from "vitest";
import { compile, kernel, kernels, type Tensor, tf } from "./index.ts";

const x = tf.tensor1d([1, -2]);
const float32 = { dtype: "float32" } as const;

it("runs a kernel and makes no tensor but its results", () => {
  const one = tf.scalar(1, "int32");
  const before = tf.memory().numTensors;
  const negative = kernel("Neg", [x], { T: float32 });
  const [values, indices] = kernels("TopKV2", [x, one], { T: float32, sorted: true }, 2);
  expect([[...negative.dataSync()], [...values!.dataSync()], [...indices!.dataSync()]]).toEqual([[-1, 2], [1], [0]]);
  tf.dispose([negative, values!, indices!]);
  expect(tf.memory().numTensors).toBe(before);
});

const compiled = (run: () => unknown): void => {
  const f = compile(
    (y: Tensor) => {
      run();
      return y;
    },
    { name: "wrong" },
  );
  f(x);
};

it("names a kernel that does not exist, with what it was given", () => {
  const run = () => kernel("NoSuchKernel", [x, x], {});
  expect(run).toThrow(/^NoSuchKernel of float32\[2\], float32\[2\]: .*neither a type of a primitive operation/s);
  expect(() => compiled(run)).toThrow(
    /^NoSuchKernel in the compiled function "wrong" at .*kernel\.test.*not registered/s,
  );
});

it("names an attribute that is missing or does not fit", () => {
  const missing = () => kernel("Cast", [x], { SrcT: float32 });
  expect(missing).toThrow(/^Cast of float32\[2\]: No attr named 'DstT'/);
  expect(() => compiled(missing)).toThrow(/Cast in the compiled function "wrong" at .*missing attr 'DstT'/s);
  const unfit = () => kernel("Neg", [x], { T: { dtype: "int32" } });
  expect(() => compiled(unfit)).toThrow(
    /Neg in the compiled .*Inconsistent values for attr 'T' DT_FLOAT vs\. DT_INT32/s,
  );
});

it("counts inputs and outputs", () => {
  expect(() => kernel("Neg", [x, x], { T: float32 })).toThrow(
    /^Neg of float32\[2\], float32\[2\]: expected 1 inputs, got 2/,
  );
  expect(() => compiled(() => kernels("Neg", [x], { T: float32 }, 2))).toThrow(
    /Neg in the compiled .*2 outputs were asked .* has 1/,
  );
});
