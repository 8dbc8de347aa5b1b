import { type ByteSource, LatError, quote } from "lat-system";
import { type HostArray, isRead, readElements, type StoredTensor } from "lat-tensorflow";

/** Bytes of one element, and the dtype where it is one that is read, of each class of storages. */
export const storageTypes: Readonly<Record<string, { readonly bytes: number; readonly dtype: string }>> = {
  "torch.DoubleStorage": { bytes: 8, dtype: "F64" },
  "torch.FloatStorage": { bytes: 4, dtype: "F32" },
  "torch.HalfStorage": { bytes: 2, dtype: "F16" },
  "torch.BFloat16Storage": { bytes: 2, dtype: "BF16" },
  "torch.LongStorage": { bytes: 8, dtype: "I64" },
  "torch.IntStorage": { bytes: 4, dtype: "I32" },
  "torch.ShortStorage": { bytes: 2, dtype: "I16" },
  "torch.CharStorage": { bytes: 1, dtype: "I8" },
  "torch.ByteStorage": { bytes: 1, dtype: "U8" },
  "torch.BoolStorage": { bytes: 1, dtype: "BOOL" },
  "torch.ComplexDoubleStorage": { bytes: 16, dtype: "complex128" },
  "torch.ComplexFloatStorage": { bytes: 8, dtype: "complex64" },
  "torch.QInt8Storage": { bytes: 1, dtype: "qint8" },
  "torch.QInt32Storage": { bytes: 4, dtype: "qint32" },
  "torch.QUInt8Storage": { bytes: 1, dtype: "quint8" },
  "torch.QUInt4x2Storage": { bytes: 1, dtype: "quint4x2" },
  "torch.QUInt2x4Storage": { bytes: 1, dtype: "quint2x4" },
  // Bytes, of which the tensor says what they are.
  "torch.storage.UntypedStorage": { bytes: 1, dtype: "untyped" },
};

/** Dtypes that tensors of untyped storages name, with the bytes of one element. */
export const namedDtypes: Readonly<Record<string, { readonly bytes: number; readonly dtype: string }>> = {
  "torch.uint64": { bytes: 8, dtype: "U64" },
  "torch.uint32": { bytes: 4, dtype: "U32" },
  "torch.uint16": { bytes: 2, dtype: "U16" },
  "torch.float8_e4m3fn": { bytes: 1, dtype: "float8_e4m3fn" },
  "torch.float8_e4m3fnuz": { bytes: 1, dtype: "float8_e4m3fnuz" },
  "torch.float8_e5m2": { bytes: 1, dtype: "float8_e5m2" },
  "torch.float8_e5m2fnuz": { bytes: 1, dtype: "float8_e5m2fnuz" },
  "torch.float8_e8m0fnu": { bytes: 1, dtype: "float8_e8m0fnu" },
  "torch.float4_e2m1fn_x2": { bytes: 1, dtype: "float4_e2m1fn_x2" },
  "torch.complex32": { bytes: 4, dtype: "complex32" },
};

/** Elements that tensors are views of. They stand at the end of the file, after all that refers to them. */
export class Storage {
  readonly type: string;
  readonly count: number;
  /** Where in the file its elements begin: known once all before them has been read. */
  position: number | undefined;

  constructor(type: string, count: number) {
    this.type = type;
    this.count = count;
  }

  get bytes(): number {
    return this.count * storageTypes[this.type]!.bytes;
  }
}

/** A part of a storage, which in old files could be one of its own. */
export class StorageView {
  readonly root: Storage;
  /** In elements. */
  readonly offset: number;
  readonly count: number;

  constructor(root: Storage, offset: number, count: number) {
    this.root = root;
    this.offset = offset;
    this.count = count;
  }
}

/** Where a tensor's elements lie. */
export interface View {
  readonly storage: StorageView;
  readonly elementBytes: number;
  /** Of the first element within the storage, and steps along each axis, in elements. */
  readonly offset: number;
  readonly strides: readonly number[];
  /** Whether the tensor's values are the stored ones with the other sign. */
  readonly negative: boolean;
}

/** A tensor as the file describes it. */
export class Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Undefined where the kind of tensor is not read at all, which `dtype` then names. */
  readonly view: View | undefined;

  constructor(dtype: string, shape: readonly number[], view?: View) {
    this.dtype = dtype;
    this.shape = shape;
    this.view = view;
  }
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor of an open file. */
export function storedTensor(source: string, bytes: ByteSource, name: string, tensor: Tensor): StoredTensor {
  const { dtype, shape, view } = tensor;
  return {
    dtype,
    shape,
    read(begin = 0, end = elementsOf(shape)) {
      const what = `${source}: tensor ${quote(name)}`;
      if (!view || !isRead(dtype)) throw new LatError(`${what} is ${dtype}, which is not read`);
      const { storage, offset, strides, negative, elementBytes } = view;
      const { root } = storage;
      const read = (first: number, count: number) =>
        readElements(dtype, what, bytes, root.position! + (storage.offset + offset + first) * elementBytes, count);
      const values = isContiguous(shape, strides)
        ? read(begin, end - begin)
        : gathered(read, shape, strides, begin, end);
      return negative ? negated(values) : values;
    },
  };
}

/** Whether elements lie one after another in row-major order. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! !== 1 && strides[axis] !== step) return elementsOf(shape) === 0;
    step *= shape[axis]!;
  }
  return true;
}

/** Elements `begin` up to `end`, in row-major order, of a tensor whose elements lie in another. */
function gathered(
  read: (first: number, count: number) => HostArray,
  shape: readonly number[],
  strides: readonly number[],
  begin: number,
  end: number,
): HostArray {
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  const stored = read(0, last + 1);
  const values = new (stored.constructor as new (count: number) => HostArray)(end - begin);
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1, rest = begin; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  let at = index.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);
  for (let i = 0; i < values.length; i++) {
    values[i] = stored[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return values;
}

function negated(values: HostArray): HostArray {
  if (values instanceof BigInt64Array) return values.map((value) => -value);
  if (values instanceof BigUint64Array) return values.map((value) => -value);
  return values.map((value) => -value);
}
