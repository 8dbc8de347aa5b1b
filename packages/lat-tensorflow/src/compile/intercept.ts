import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Binding, NodeBackend } from "../binding.ts";
import { runtime } from "../load.ts";
import { TraceError, userLine } from "./errors.ts";

/** What stands between tfjs's kernels and the addon while a function is traced, or watched. */
export interface Interceptor extends Pick<Binding, "executeOp" | "createTensor"> {
  /** The function's name, for messages. */
  readonly label: string;
  /** The addon's ids of an operation's inputs; `plain` is how the backend tells them. */
  inputIds(tensors: TensorInfo[], plain: (tensors: TensorInfo[]) => number[]): number[];
  /** Told of the data that tfjs writes. */
  wrote(dataId: object): void;
}

let current: Interceptor | undefined;
let native: Binding | undefined;

/**
 * Runs `body` with every kernel of tfjs-node going through the interceptor that is made of the addon.
 *
 * All of them go through `binding.executeOp` and `binding.createTensor`; replacing these two reaches any tfjs program,
 * its gradients included.
 */
export function intercepted<T>(make: (native: Binding) => Interceptor, body: () => T): T {
  native ??= install(runtime().backend);
  const outer = current;
  current = make(native);
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** Puts the replaced methods in front of the backend's own, once; returns the addon. */
function install(backend: NodeBackend): Binding {
  const native = backend.binding;
  // The binding's constants are not enumerable, so it is inherited from rather than spread.
  const replaced: Binding = Object.create(native);
  const replace = <K extends keyof Binding>(key: K, value: Binding[K]): void => {
    Object.defineProperty(replaced, key, { value });
  };
  replace("executeOp", (...args) => (current ?? native).executeOp(...args));
  replace("createTensor", (...args) => (current ?? native).createTensor(...args));
  // Ids below 0 are those of symbolic tensors: there is nothing behind them.
  replace("deleteTensor", (id) => {
    if (id >= 0) native.deleteTensor(id);
  });
  replace("tensorDataSync", (id) => {
    if (id < 0) {
      throw new TraceError(
        `a value was read inside the compiled function "${current?.label ?? "which has ended"}"${userLine()}: ` +
          "while a function is traced its tensors have shapes but no values. Compute with tensors, or return this one and read it outside.",
      );
    }
    return native.tensorDataSync(id);
  });
  backend.binding = replaced;

  const write = backend.write.bind(backend);
  backend.write = (values, shape, dtype) => {
    const dataId = write(values, shape, dtype);
    current?.wrote(dataId);
    return dataId;
  };

  const inputIds = backend.getInputTensorIds.bind(backend);
  backend.getInputTensorIds = (tensors) => (current ? current.inputIds(tensors, inputIds) : inputIds(tensors));
  return native;
}
