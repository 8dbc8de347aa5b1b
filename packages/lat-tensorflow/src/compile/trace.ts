import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Binding, KernelAttribute, NodeBackend, TensorDescription } from "../binding.ts";
import { runtime } from "../load.ts";
import { TraceError, userLine } from "./errors.ts";
import { type Interceptor, intercepted } from "./intercept.ts";
import { Recorder } from "./recorder.ts";

/** A tensor made outside the function and used inside: it became one more parameter. */
interface Capture {
  readonly info: TensorInfo;
  readonly parameter: number;
}

/** What is being traced, while it is. */
interface OpenTrace {
  /** The function's name, for messages. */
  readonly label: string;
  readonly recorder: Recorder;
  readonly captures: Map<object, Capture>;
  /** Data written by tfjs inside the function: a constant of it. */
  readonly written: WeakSet<object>;
}

let tracing = false;

export function isTracing(): boolean {
  return tracing;
}

export interface TracedFunction {
  readonly name: string;
  readonly captures: readonly TensorInfo[];
}

/**
 * Runs `body` with symbolic tensors in place of values and makes what it did a TensorFlow function.
 *
 * @param body receives the parameters and returns the ids of the outputs
 */
export function trace(
  label: string,
  parameters: readonly TensorInfo[],
  xla: boolean,
  body: (parameters: TensorDescription[]) => number[],
): TracedFunction {
  const { backend } = runtime();
  const captures = new Map<object, Capture>();
  const recorder = new Recorder(backend.binding, xla);
  const open: OpenTrace = { label, recorder, captures, written: new WeakSet() };
  let finished = false;
  tracing = true;
  try {
    const own = parameters.map(({ shape, dtype }) => recorder.parameter(shape, backend.getDTypeInteger(dtype)));
    const outputs = intercepted(
      (native) => recording(open, backend, native),
      () => body(own),
    );
    const captured = [...captures.values()];
    const name = recorder.end(label, [...own.map((p) => p.id), ...captured.map((c) => c.parameter)], outputs);
    finished = true;
    for (const { info } of captured) backend.incRef(info.dataId);
    return { name, captures: captured.map((c) => c.info) };
  } finally {
    tracing = false;
    if (!finished) recorder.abort();
  }
}

function recording(open: OpenTrace, backend: NodeBackend, native: Binding): Interceptor {
  return {
    label: open.label,
    executeOp: (name, attributes, ids, outputs) => record(open, name, attributes, ids, outputs),
    createTensor: (shape, dtype, data) => constant(open.recorder, native, shape, dtype, data),
    inputIds: (tensors, plain) => tensors.map((tensor) => tracedId(open, backend, tensor, plain)),
    wrote: (dataId) => open.written.add(dataId),
  };
}

/** The symbolic id of an operation's input; a tensor from outside the trace becomes a parameter of the function. */
function tracedId(
  trace: OpenTrace,
  backend: NodeBackend,
  tensor: TensorInfo,
  inputIds: (tensors: TensorInfo[]) => number[],
): number {
  const entry = backend.tensorMap.get(tensor.dataId);
  if (trace.written.has(tensor.dataId) || (entry.values === null && entry.id < 0)) return inputIds([tensor])[0]!;
  const known = trace.captures.get(tensor.dataId);
  if (known) return known.parameter;
  refuseVariable(trace, tensor);
  const parameter = trace.recorder.parameter(entry.shape, backend.getDTypeInteger(tensor.dtype)).id;
  trace.captures.set(tensor.dataId, {
    info: { dataId: tensor.dataId, shape: [...entry.shape], dtype: tensor.dtype },
    parameter,
  });
  return parameter;
}

/** A variable's data changes when it is assigned, and a function that captured the old data would go on using it. */
function refuseVariable(trace: OpenTrace, tensor: TensorInfo): void {
  const variables = Object.values(runtime().tf.engine().registeredVariables);
  const variable = variables.find((v) => v.dataId === tensor.dataId);
  if (variable) {
    throw new TraceError(
      `the variable "${variable.name}" is used inside the compiled function "${trace.label}"${userLine()} without being an argument: ` +
        "its value can change, and the function would not see it. Pass it as an argument.",
    );
  }
}

function record(
  trace: OpenTrace,
  name: string,
  attributes: KernelAttribute[],
  ids: number[],
  outputs: number,
): TensorDescription[] {
  try {
    return trace.recorder.operation(name, attributes, ids, outputs);
  } catch (cause) {
    throw new TraceError(
      `${name} in the compiled function "${trace.label}"${userLine()}: ${plain((cause as Error).message)}`,
      { cause },
    );
  }
}

/** TensorFlow's message without its node names, which are ours and mean nothing to a reader. */
function plain(message: string): string {
  return message.replace(/ for '\{\{node \w+\}\}[^']*'/, "").replace(/\{\{node \w+\}\}/g, "");
}

/** A constant of the function. Equal values arrive from tfjs as a full array and are kept as one number and a Fill. */
function constant(
  recorder: Recorder,
  native: Binding,
  shape: number[],
  dtype: number,
  data: ArrayLike<number>,
): number {
  const values = typed(native, dtype, data);
  if (values.length > 16 && values.every((v) => v === values[0])) {
    const dimensions = recorder.constant([shape.length], native.TF_INT32, Int32Array.from(shape));
    const value = recorder.constant([], dtype, values.slice(0, 1));
    const type = (name: string, value: number): KernelAttribute => ({ name, type: native.TF_ATTR_TYPE, value });
    return recorder.operation(
      "Fill",
      [type("T", dtype), type("index_type", native.TF_INT32)],
      [dimensions.id, value.id],
      1,
    )[0]!.id;
  }
  return recorder.constant(shape, dtype, values).id;
}

function typed(native: Binding, dtype: number, data: ArrayLike<number>): Float32Array | Int32Array | Uint8Array {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) return data;
  if (dtype === native.TF_FLOAT) return Float32Array.from(data);
  return dtype === native.TF_BOOL ? Uint8Array.from(data) : Int32Array.from(data);
}
