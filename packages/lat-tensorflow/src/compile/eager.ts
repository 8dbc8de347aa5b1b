import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Binding, TensorDescription } from "../binding.ts";
import { runtime } from "../load.ts";
import { NonFiniteError, userLine } from "./errors.ts";
import { type Interceptor, intercepted } from "./intercept.ts";
import { tidyOnFailureToo } from "./scope.ts";

/**
 * Runs `body` operation by operation and stops at the first whose result is not finite.
 *
 * @param names the function's arguments, as messages name them, by their data
 * @throws NonFiniteError naming the operation, what it was given and the caller's line
 */
export function watched<T>(label: string, names: ReadonlyMap<object, string>, body: () => T): T {
  return intercepted(
    (native) => watching(label, names, native),
    () => tidyOnFailureToo(body),
  );
}

function watching(label: string, names: ReadonlyMap<object, string>, native: Binding): Interceptor {
  let given: TensorInfo[] = [];
  return {
    label,
    executeOp(name, attributes, ids, outputs) {
      const results = native.executeOp(name, attributes, ids, outputs);
      for (const result of results) {
        const found = result.dtype === native.TF_FLOAT && notFinite(native, result.id);
        if (!found) continue;
        const shape = `float32[${result.shape}]`;
        for (const { id } of results) native.deleteTensor(id);
        throw new NonFiniteError(
          `${name} in the function "${label}"${userLine()}: ${blame(found, shape, given, names)}`,
        );
      }
      return results;
    },
    createTensor: (...args) => native.createTensor(...args),
    inputIds(tensors, plain) {
      given = tensors;
      return plain(tensors);
    },
    wrote: () => {},
  };
}

/** `NaN`, `-Inf and +Inf`, …: what a tensor holds besides finite values; nothing where they all are. */
function notFinite(native: Binding, id: number): string | undefined {
  const attributes = [
    { name: "T", type: native.TF_ATTR_TYPE, value: native.TF_FLOAT },
    { name: "message", type: native.TF_ATTR_STRING, value: "" },
  ];
  let same: TensorDescription[];
  try {
    same = native.executeOp("CheckNumericsV2", attributes, [id], 1);
  } catch (error) {
    const values = /Tensor had (.*) values/.exec((error as Error).message)?.[1];
    if (values === undefined) throw error;
    return values;
  }
  for (const { id: copy } of same) native.deleteTensor(copy);
  return undefined;
}

function blame(
  found: string,
  result: string,
  given: readonly TensorInfo[],
  names: ReadonlyMap<object, string>,
): string {
  const inputs = given.map((info) => {
    const { finite, text } = describe(info);
    const name = names.get(info.dataId);
    return { finite, text: name ? `${name} = ${text}` : text };
  });
  const spoiled = inputs.find(({ finite }) => !finite);
  if (spoiled) return `it is given ${spoiled.text}, which no operation of the function made: look where it comes from.`;
  return `its result ${result} holds ${found}, the first value that is not finite. It was given ${inputs.map(({ text }) => text).join(" and ")}.`;
}

/** `float32[2,3] of -1 to 4` */
function describe({ dataId, dtype, shape }: TensorInfo): { finite: boolean; text: string } {
  const values = runtime().backend.readSync(dataId);
  let [low, high, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    finite &&= Number.isFinite(value);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { finite, text: `${dtype}[${shape}]${values.length > 0 ? ` of ${short(low)} to ${short(high)}` : ""}` };
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
