import type { DataType, Tensor, TensorInfo } from "@tensorflow/tfjs-core";

/** How the addon describes a tensor it made: `dtype` is TensorFlow's number for it. */
export interface TensorDescription {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** An attribute of a kernel, as the addon takes it: `type` is TensorFlow's number for the kind of attribute. */
export interface KernelAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The addon: what tfjs-node's own binding offers and what `native/trace.cc` adds. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_Version: string;
  createTensor(shape: number[], dtype: number, data: ArrayLike<number>): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayLike<number>;
  executeOp(name: string, attributes: KernelAttribute[], ids: number[], outputs: number): TensorDescription[];
  isUsingGpuDevice(): boolean;
  traceBegin(): void;
  traceAbort(): void;
  traceParameter(shape: number[], dtype: number): TensorDescription;
  traceConstant(shape: number[], dtype: number, data: ArrayBufferView): TensorDescription;
  traceOp(name: string, attributes: KernelAttribute[], ids: number[], outputs: number): TensorDescription[];
  traceEnd(name: string, parameterIds: number[], outputIds: number[], xla: boolean): void;
  functionRelease(name: string): void;
  /** Gives pages that only loading or compiling needed back to the system: takes milliseconds. */
  releaseMemory(): void;
}

/** What the backend keeps of a tensor: its id in the addon, or values that are not written to the addon yet. */
export interface TensorEntry {
  id: number;
  readonly shape: number[];
  readonly dtype: number;
  values: ArrayLike<number> | null;
}

/** The parts of tfjs-node's backend that compiling reaches for. */
export interface NodeBackend {
  binding: Binding;
  readonly tensorMap: { get(dataId: object): TensorEntry; has(dataId: object): boolean };
  write(values: ArrayLike<number>, shape: number[], dtype: DataType): object;
  readSync(dataId: object): ArrayLike<number>;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  getInputTensorIds(tensors: TensorInfo[]): number[];
  getDTypeInteger(dtype: DataType): number;
  createOutputTensor(description: TensorDescription): Tensor;
  executeMultipleOutputs(name: string, attributes: KernelAttribute[], inputs: TensorInfo[], outputs: number): Tensor[];
}
