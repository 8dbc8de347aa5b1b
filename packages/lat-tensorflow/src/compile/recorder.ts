import { createHash } from "node:crypto";
import type { Binding, KernelAttribute, TensorDescription } from "../binding.ts";
import { isTransposedProduct, transposedProduct } from "./product.ts";

/** How many signatures use each function of the TensorFlow context. */
const uses = new Map<string, number>();

/**
 * Builds one function, node by node, and names it by its content: equal functions are one function, which XLA compiles
 * once and keeps once, whoever traces it again.
 */
export class Recorder {
  private readonly native: Binding;
  private readonly xla: boolean;
  private readonly hash = createHash("sha256");
  private readonly tensors = new Map<number, TensorDescription>();

  constructor(native: Binding, xla: boolean) {
    this.native = native;
    this.xla = xla;
    native.traceBegin();
  }

  parameter(shape: readonly number[], dtype: number): TensorDescription {
    this.hash.update(JSON.stringify(["parameter", shape, dtype]));
    return this.made(this.native.traceParameter([...shape], dtype));
  }

  constant(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): TensorDescription {
    this.hash.update(JSON.stringify(["constant", shape, dtype]));
    this.hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return this.made(this.native.traceConstant([...shape], dtype, data));
  }

  operation(name: string, attributes: KernelAttribute[], ids: number[], outputs: number): TensorDescription[] {
    if (this.xla && isTransposedProduct(name, attributes) && !this.native.isUsingGpuDevice()) {
      const [a, b] = ids.map((id) => this.tensors.get(id)!);
      return [transposedProduct(this.native, this, attributes, a!, b!)];
    }
    this.hash.update(JSON.stringify([name, attributes, ids, outputs]));
    return this.native.traceOp(name, attributes, ids, outputs).map((tensor) => this.made(tensor));
  }

  private made(tensor: TensorDescription): TensorDescription {
    this.tensors.set(tensor.id, tensor);
    return tensor;
  }

  /** Makes it a function of the TensorFlow context, unless an equal one is there; returns its name. */
  end(label: string, parameterIds: number[], outputIds: number[]): string {
    this.hash.update(JSON.stringify([parameterIds, outputIds, this.xla]));
    const name = `${label.replace(/\W/g, "_")}_${this.hash.digest("hex").slice(0, 32)}`;
    const count = uses.get(name) ?? 0;
    if (count > 0) this.native.traceAbort();
    else this.native.traceEnd(name, parameterIds, outputIds, this.xla);
    uses.set(name, count + 1);
    return name;
  }

  /** Forgets what was recorded. */
  abort(): void {
    this.native.traceAbort();
  }
}

/** Gives back one use of a function; the last one removes it from the TensorFlow context. */
export function releaseFunction(native: Binding, name: string): void {
  const count = uses.get(name)!;
  if (count > 1) {
    uses.set(name, count - 1);
    return;
  }
  uses.delete(name);
  native.functionRelease(name);
}
