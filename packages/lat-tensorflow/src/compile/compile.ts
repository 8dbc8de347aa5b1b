import type { Tensor } from "@tensorflow/tfjs-core";
import { LatError } from "lat-system";
import type { TensorDescription } from "../binding.ts";
import { isEager, runtime, tf } from "../load.ts";
import { watched } from "./eager.ts";
import { releaseFunction } from "./recorder.ts";
import { tidyOnFailureToo } from "./scope.ts";
import { isTracing, type TracedFunction, trace } from "./trace.ts";
import { flatten, type Rebuild } from "./tree.ts";

export interface CompileOptions {
  /** For messages; default: the function's own name. */
  readonly name?: string;
  /** Let XLA compile the function: faster for transformers, slower for convolutions on a CPU. Default: true. */
  readonly xla?: boolean;
}

/** A compiled function: called like the function it was made from. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: A): R;
  /** How many signatures (structures, shapes and dtypes of the arguments) it was traced for. */
  readonly traces: number;
  /**
   * Forgets every signature and lets go of the captured tensors. A later call traces again. What XLA compiled stays, a
   * quarter of a megabyte or more for each function that is different from all before: TensorFlow keeps it for an equal
   * function and offers no way to free it.
   */
  release(): void;
}

interface Signature extends TracedFunction {
  /** Whether it ran, and so was compiled by XLA. */
  hasRun: boolean;
  readonly outputs: number;
  readonly rebuild: Rebuild;
}

let onManyTraces: (message: string) => void = () => {};

/** Above this many signatures a function is most likely given something that changes at every call. */
const MANY_TRACES = 16;

/** Where the warning about a function that keeps being traced goes. */
export function reportRetraces(report: (message: string) => void): void {
  onManyTraces = report;
}

/**
 * Compiles a function of tensors: it is traced once for every signature and from then on runs as one TensorFlow function.
 *
 * Arguments and result are tensors, alone or nested in arrays and plain objects. The result's tensors belong to the
 * caller: each is a new one, also where the function returns an argument, or one tensor twice. The function must be pure: it reads no
 * values, and what it closes over stays what it was. Tensors that it uses from outside become inputs by themselves
 * and are held until `release`. What no output depends on is not computed. Inside another compiled function it is
 * traced as a part of it; with `configure({ eager: true })` it runs operation by operation and stops at the first that
 * makes a value that is not finite. A call that throws leaves no tensor behind.
 *
 * @throws TraceError naming the operation, its shapes and the caller's line
 * @throws NonFiniteError likewise, where it runs operation by operation
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const label = options.name ?? (fn.name || "anonymous");
  const xla = options.xla ?? true;
  const signatures = new Map<string, Signature>();

  function signatureOf(key: string, args: A, rebuildArgs: Rebuild, leaves: readonly Tensor[]): Signature {
    const known = signatures.get(key);
    if (known) return known;
    let outputs = 0;
    let rebuild: Rebuild = () => undefined;
    const { backend } = runtime();
    const traced = trace(label, leaves, xla, (parameters) => {
      let ids: number[] = [];
      tidyOnFailureToo(() => {
        const symbolic = parameters.map((parameter) => backend.createOutputTensor(parameter));
        const result = flatten(fn(...(rebuildArgs(symbolic) as unknown as A)), "the result");
        ids = backend.getInputTensorIds(result.leaves);
        outputs = result.leaves.length;
        rebuild = result.rebuild;
      });
      return ids;
    });
    const signature = { ...traced, outputs, rebuild, hasRun: false };
    signatures.set(key, signature);
    if (signatures.size === MANY_TRACES) {
      onManyTraces(
        `the compiled function "${label}" was traced for ${MANY_TRACES} different signatures, the last with ${args.length} arguments ` +
          `of ${leaves
            .map((t) => `${t.dtype}[${t.shape}]`)
            .slice(0, 8)
            .join(", ")}…: each costs a compilation. Round lengths up to a few sizes.`,
      );
    }
    return signature;
  }

  const compiled = (...args: A): R => {
    if (isTracing()) return owned(fn(...args));
    const { leaves, paths, structure, rebuild } = flatten(args, "args");
    leaves.forEach((leaf, i) => {
      if (leaf.isDisposed)
        throw new LatError(`${paths[i]} of the compiled function "${label}" is a tensor that was disposed`);
    });
    if (isEager()) {
      const names = new Map(leaves.map(({ dataId }, i) => [dataId, paths[i]!]));
      return watched(label, names, () => owned(fn(...(rebuild(leaves) as A))));
    }
    const { backend } = runtime();
    const key = `${structure}|${leaves.map((t) => `${t.dtype}${t.shape}`).join(";")}`;
    const signature = signatureOf(key, args, rebuild, leaves);
    const ids = backend.getInputTensorIds([...leaves, ...signature.captures]);
    let results: TensorDescription[];
    try {
      results = backend.binding.executeOp(signature.name, [], ids, signature.outputs);
    } catch (error) {
      if (!signature.hasRun) {
        signatures.delete(key);
        forget(signature);
      }
      throw error;
    }
    if (!signature.hasRun) {
      // What compiling took is several times what the function keeps.
      backend.binding.releaseMemory();
      signature.hasRun = true;
    }
    return signature.rebuild(results.map((description) => backend.createOutputTensor(description))) as R;
  };

  const release = (): void => {
    for (const signature of signatures.values()) forget(signature);
    signatures.clear();
  };

  return Object.defineProperty(Object.assign(compiled, { release }), "traces", {
    get: () => signatures.size,
  }) as Compiled<A, R>;
}

function forget({ name, captures }: Signature): void {
  releaseFunction(runtime().backend.binding, name);
  for (const { dataId } of captures) disposeCapture(dataId);
}

/** The result with tensors of its own: none is an argument, none is there twice, whatever the function returned. */
function owned<R>(result: R): R {
  const { leaves, rebuild } = flatten(result, "the result");
  return rebuild(leaves.map((leaf) => tf.clone(leaf))) as R;
}

/** Gives back the reference that the trace took; the last one frees the data and tfjs's record of it. */
function disposeCapture(dataId: object): void {
  const { backend } = runtime();
  const engine = tf.engine() as unknown as { removeDataId(dataId: object, backend: unknown): void };
  if (backend.tensorMap.has(dataId) && backend.disposeData(dataId)) engine.removeDataId(dataId, backend);
}
