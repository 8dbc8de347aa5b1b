import type { Tensor } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import { compile, gather, logSoftmaxLabel, randomNormal, relu, tf, valueAndGradients } from "../index.ts";
import { native } from "../load.ts";

// Random programs, compiled, beside the same programs operation by operation. Every dimension of every tensor is 1 or 3,
// so that any two tensors broadcast.

type Tensors = readonly Tensor[];

/**
 * The kernels that models, attacks, balls, optimizers and this package's operations are made of, gradients included; those
 * of convolution and batch norm are held beside PyTorch, compiled, in ops.test.ts.
 */
const KERNELS = (
  "Abs Add AddN ArgMax BatchMatMulV2 Cast ConcatV2 Cos Cumsum Equal Erf Exp ExpandDims Expm1 Fill Floor GatherV2 Greater " +
  "GreaterEqual IsFinite IsNan Less LessEqual Log LogicalAnd Max Maximum Mean Min Minimum Mul Neg OneHot OnesLike Pack " +
  "PadV2 Pow Range RealDiv Relu ReluGrad Reshape ReverseV2 Rsqrt Select Sigmoid Sign Sin Slice Softmax SplitV Sqrt Square " +
  "Sub Sum Tanh Tile TopKV2 Transpose UnsortedSegmentSum ZerosLike"
).split(" ");

/** What an operation of a program takes: tensors made before it, and whole numbers. */
class Draw {
  private readonly reals: Tensors;
  private readonly wholes: Tensors;
  private readonly choices: readonly number[];
  private used = 0;

  constructor(reals: Tensors, wholes: Tensors, choices: readonly number[]) {
    this.reals = reals;
    this.wholes = wholes;
    this.choices = choices;
  }

  integer(n: number): number {
    return this.choices[this.used++]! % n;
  }

  flag(): boolean {
    return this.integer(2) === 1;
  }

  /** A float32 tensor, most of them functions of what is differentiated. */
  real(): Tensor {
    return this.reals[this.integer(this.reals.length)]!;
  }

  positive(): Tensor {
    return tf.add(tf.abs(this.real()), 0.5);
  }

  /** An int32 tensor. What jumps (a comparison, a place in an order) is asked of whole numbers, where rounding has no say. */
  whole(): Tensor {
    return this.wholes[this.integer(this.wholes.length)]!;
  }

  /** A whole tensor as int32 or float32. */
  exact(dtype: "int32" | "float32" = this.flag() ? "int32" : "float32"): Tensor {
    return tf.cast(this.whole(), dtype);
  }

  axis(x: Tensor): number {
    return this.integer(x.rank);
  }

  /** Of two broadcast tensors, with at least two axes. */
  pair(): [Tensor, Tensor] {
    const [x, y] = [this.real(), this.real()];
    const { shape } = tf.add(x, y);
    const common = shape.length > 1 ? shape : this.flag() ? [1, ...shape] : [...shape, 1];
    return [tf.reshape(tf.broadcastTo(x, shape), common), tf.reshape(tf.broadcastTo(y, shape), common)];
  }
}

const comparisons = [tf.equal, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual].map((compare) => (d: Draw) => {
  const dtype = d.flag() ? "int32" : "float32";
  return compare(d.exact(dtype), d.exact(dtype));
});

const wholeOperations: readonly ((d: Draw) => Tensor)[] = [
  (d) => tf.add(d.whole(), d.whole()),
  (d) => tf.sub(d.whole(), d.whole()),
  ...comparisons,
  (d) => tf.sign(d.exact("float32")),
  (d) => tf.floor(tf.div(d.exact("float32"), 2)),
  (d) => tf.isFinite(tf.div(1, d.exact("float32"))),
  (d) => tf.isNaN(tf.div(d.exact("float32"), d.exact("float32"))),
  (d) => tf.logicalAnd(comparisons[d.integer(5)]!(d), comparisons[d.integer(5)]!(d)),
  (d) => tf.range(0, 3, 1, d.flag() ? "int32" : "float32"),
  (d) => tf.topk(d.exact("float32"), 1)[d.flag() ? "values" : "indices"],
  (d) => {
    const x = d.exact("float32");
    return tf.oneHot(tf.argMax(x, d.axis(x)), 3);
  },
];

const realOperations: readonly ((d: Draw) => Tensor)[] = [
  ...[tf.abs, tf.neg, tf.square, tf.exp, tf.expm1, tf.sin, tf.cos, tf.tanh, tf.sigmoid, tf.erf, tf.softmax, relu].map(
    (elementwise) => (d: Draw) => elementwise(d.real()),
  ),
  ...[tf.sqrt, tf.rsqrt, tf.log].map((elementwise) => (d: Draw) => elementwise(d.positive())),
  ...[tf.add, tf.sub, tf.mul].map((binary) => (d: Draw) => binary(d.real(), d.real())),
  // tfjs's gradient of these does not sum over what was broadcast.
  ...[tf.maximum, tf.minimum].map((binary) => (d: Draw) => binary(...d.pair())),
  ...[tf.sum, tf.mean, tf.max, tf.min].map((reduce) => (d: Draw) => {
    const x = d.real();
    return reduce(x, d.axis(x), d.flag());
  }),
  (d) => tf.div(d.real(), d.positive()),
  (d) => tf.pow(d.positive(), d.real()),
  (d) => tf.where(comparisons[d.integer(5)]!(d), d.real(), d.real()),
  (d) => tf.mul(d.exact("float32"), d.real()),
  (d) => tf.addN(d.pair()),
  ...[tf.zeros, tf.ones].map((constant) => (d: Draw) => tf.add(d.real(), constant([3, 3, 3]))),
  ...[tf.zerosLike, tf.onesLike].map((constant) => (d: Draw) => tf.sub(constant(d.real()), d.real())),
  (d) => {
    const x = d.real();
    // tfjs's gradient is wrong along any other axis.
    return tf.cumsum(x, x.rank - 1, d.flag(), d.flag());
  },
  (d) => {
    const [x, y] = d.pair();
    const transposed = d.flag();
    return tf.matMul(x, y, transposed, !transposed);
  },
  (d) => {
    const x = d.real();
    return tf.transpose(x, d.flag() ? undefined : [...x.shape.keys()].map((i) => (i + 1) % x.rank));
  },
  (d) => {
    const x = d.real();
    return tf.reverse(x, d.axis(x));
  },
  (d) => {
    const x = d.real();
    return tf.reshape(x, [...x.shape].reverse());
  },
  (d) => {
    const x = d.real();
    return tf.tile(
      x,
      x.shape.map((size) => (size === 1 && d.flag() ? 3 : 1)),
    );
  },
  (d) => {
    const [x, y] = d.pair();
    const axis = d.axis(x);
    const begin = x.shape.map((size, i) => (i === axis ? d.integer(size + 1) : 0));
    return tf.slice(tf.concat([x, y], axis), begin, x.shape);
  },
  (d) => {
    const x = d.real();
    const [before, after] = [d.integer(3), d.integer(3)];
    const padded = tf.pad(
      x,
      x.shape.map((): [number, number] => [before, after]),
      d.integer(2),
    );
    return tf.slice(
      padded,
      x.shape.map(() => d.integer(before + after + 1)),
      x.shape,
    );
  },
  (d) => {
    const [x, y] = d.pair();
    const axis = d.axis(x);
    return tf.split(tf.concat([x, y], axis), 2, axis)[d.integer(2)]!;
  },
  (d) => {
    const [x, y] = d.pair();
    return tf.sum(tf.stack([x, y, x]), 0);
  },
  (d) => {
    const table = tf.add(d.real(), tf.zeros([3, 1, 1]));
    const order = d.exact("float32");
    return gather(tf.reshape(table, [-1, table.shape[2]!]), tf.argMax(order, d.axis(order)));
  },
  (d) => {
    const logits = tf.add(d.real(), tf.zeros([3]));
    const scores = tf.add(d.exact("float32"), tf.zeros(logits.shape));
    return logSoftmaxLabel(tf.add(logits, scores), tf.argMax(scores, -1));
  },
];

const operations: readonly Operation[] = [
  ...wholeOperations.map((make) => ({ make, kind: "whole" as const })),
  ...realOperations.map((make) => ({ make, kind: "real" as const })),
];

interface Operation {
  readonly make: (d: Draw) => Tensor;
  /** Only reals are differentiated. */
  readonly kind: "real" | "whole";
}

interface Inputs {
  readonly reals: Tensors;
  readonly wholes: Tensors;
}

/** Keeps a chain of operations where float32 resolves it: root mean square below 1. */
const bounded = (x: Tensor): Tensor => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x)), 1)));

/** Every tensor that a program makes of its inputs, flat. */
function run(program: readonly Operation[], choices: readonly number[], inputs: Inputs) {
  const [reals, wholes] = [[...inputs.reals], [...inputs.wholes]];
  const draw = new Draw(reals, wholes, choices);
  for (const { make, kind } of program) {
    const made = make(draw);
    const tensor = made.rank === 0 ? tf.reshape(made, [1]) : made;
    if (kind === "real") reals.push(bounded(tensor));
    else wholes.push(tf.cast(tf.clipByValue(tensor, -9, 9), "int32"));
  }
  const flat = (tensors: Tensors): Tensor => tf.concat(tensors.map((t) => tf.reshape(t, [-1])));
  return { value: flat(reals), auxiliary: { wholes: flat(wholes) } };
}

/** Inputs of six shapes: normal numbers, and whole ones of which some are equal. */
function makeInputs(seed: number): Inputs {
  const shapes = [[3], [1, 3], [3, 1], [3, 3], [3, 1, 3], [1, 3, 3]];
  const normal = (stream: string) =>
    shapes.map((shape, index) => randomNormal(shape, { seed, stream, step: 0, index }));
  return { reals: normal("reals"), wholes: normal("wholes").map((t) => tf.cast(tf.mul(t, 2), "int32")) };
}

/** Largest difference, relative to the largest element where that is more than 1. */
function difference(actual: Tensor, expected: Tensor): number {
  const [values, references] = [actual.dataSync(), expected.dataSync()];
  const differences = references.map((reference, i) => Math.abs(values[i]! - reference));
  return Math.max(...differences) / Math.max(1, ...references.map(Math.abs));
}

const traced = vi.spyOn(native(), "traceOp");
afterAll(() => traced.mockRestore());

describe("random programs over every kernel that is used", () => {
  it.each([
    [true, 12],
    [false, 30],
  ])("have the values and gradients that they have operation by operation (XLA: %s)", (xla, numRuns) => {
    const program = fc.shuffledSubarray([...operations], { minLength: 8, maxLength: 16 });
    const choices = fc.array(fc.nat(999), { minLength: 200, maxLength: 200 });
    const property = fc.property(program, choices, fc.nat(999), (program, choices, seed) => {
      tf.tidy(() => {
        const differentiate = (inputs: Inputs) =>
          valueAndGradients(() => run(program, choices, inputs), Object.fromEntries(inputs.reals.entries()));
        const f = compile(differentiate, { xla });
        const inputs = makeInputs(seed);
        const compiled = f(inputs);
        const expected = differentiate(inputs);
        f.release();
        expect(difference(compiled.value, expected.value)).toBeLessThan(1e-5);
        expect([...compiled.auxiliary.wholes.dataSync()]).toEqual([...expected.auxiliary.wholes.dataSync()]);
        for (const [i, gradient] of Object.entries(expected.gradients))
          expect(difference(compiled.gradients[i]!, gradient), `gradient ${i}`).toBeLessThan(1e-5);
      });
    });
    traced.mockClear();
    // A seed whose first twelve programs hold every kernel.
    fc.assert(property, { seed: 2, numRuns });
    const used = new Set(traced.mock.calls.map(([name]) => name));
    expect(KERNELS.filter((name) => !used.has(name))).toEqual([]);
  });
});
