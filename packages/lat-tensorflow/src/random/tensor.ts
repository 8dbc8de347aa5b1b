import type { Tensor } from "@tensorflow/tfjs-core";
import { isTracing } from "../compile/trace.ts";
import { kernel } from "../kernel.ts";
import { tf } from "../load.ts";
import { philox, streamNumber } from "./philox.ts";

/** Names one draw. The same four values give the same numbers on every run, machine and thread count. */
export interface DrawKey {
  readonly seed: number;
  readonly stream: string;
  readonly step: number;
  readonly index: number;
}

/** Independent draws from N(0, 1), float32. A longer draw of one key starts with the numbers of a shorter one. */
export function randomNormal(shape: readonly number[], key: DrawKey): Tensor {
  return draw("StatelessRandomNormal", shape, key);
}

/** Independent draws from [0, 1), float32. */
export function randomUniform(shape: readonly number[], key: DrawKey): Tensor {
  return draw("StatelessRandomUniform", shape, key);
}

function draw(name: string, shape: readonly number[], { seed, stream, step, index }: DrawKey): Tensor {
  if (isTracing()) {
    throw new Error(
      `a draw of the stream "${stream}" inside a compiled function would be the same at every call: draw outside, pass the tensor`,
    );
  }
  const [a, b] = philox([index >>> 0, step >>> 0, 0, 1], [seed >>> 0, streamNumber(stream)]);
  return tf.tidy(() =>
    kernel(name, [tf.tensor1d([...shape], "int32"), tf.tensor1d([a | 0, b | 0], "int32")], {
      T: { dtype: "int32" },
      Tseed: { dtype: "int32" },
      dtype: { dtype: "float32" },
    }),
  );
}
