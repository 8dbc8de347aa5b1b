import { LatError } from "lat-system";

/*
 * The safetensors format: eight bytes with the header's length, a JSON header that gives each tensor's dtype, shape and
 * place, then the tensors' bytes, little-endian and row-major, one after another without a gap. Typed arrays read those
 * bytes as they lie, since every platform that TensorFlow runs on is little-endian.
 */

/** Bits of one element of each dtype of the format. */
export const elementBits = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  C64: 64,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
} as const;

/** Any dtype of the format. Complex numbers and floats under 16 bits may stand in a file, and are not read. */
export type StoredDtype = keyof typeof elementBits;

/** What is read. F16 and BF16 are widened to float32, exactly. */
export type SafetensorsDtype = Exclude<StoredDtype, "C64" | `F8_${string}` | `F6_${string}` | "F4">;

/**
 * The elements of a tensor: Float32Array for F32, F16 and BF16; Uint8Array for U8 and BOOL (0 or 1); for any other dtype
 * the array of its name.
 */
export type HostArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A tensor on the host: `data` is row-major and holds the product of `shape` elements. */
export interface HostTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

/** A tensor of a file, of which nothing but its description is in memory. */
export interface StoredTensor {
  /** As the file has it, such as `F8_E4M3`, which may be one that is not read. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /**
   * Reads the elements from `begin` up to `end` in row-major order; all where no range is given.
   *
   * @throws {LatError} naming the tensor, where its dtype is not read, or the file cannot be
   */
  read(begin?: number, end?: number): HostArray;
}

/** The tensors of one file or of several, by name. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** To be called once, after the last `read`. */
  close(): void;
}

export interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** Text by name, such as `{ format: "pt" }`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The rule that a file, or what is to be written, breaks. */
export type SafetensorsProblem =
  | "truncated"
  | "header-length"
  | "header-json"
  | "duplicate-key"
  | "metadata"
  | "entry"
  | "dtype"
  | "shape"
  | "offsets"
  | "overlap"
  | "hole"
  | "value";

/** A malformed file, or tensors that cannot be written as one. */
export class SafetensorsError extends LatError {
  readonly problem: SafetensorsProblem;

  constructor(problem: SafetensorsProblem, source: string, message: string, options: { cause?: unknown } = {}) {
    super(`${source}: ${message}`, options);
    this.name = "SafetensorsError";
    this.problem = problem;
  }
}

/** The reference implementation's limit; a longer header is a hostile length that asks for all memory. */
export const maximumHeaderBytes = 100_000_000;

/** The header's one key that is not a tensor. */
export const metadataKey = "__metadata__";

/**
 * Product of the dimensions, or undefined where one is not a whole number ≥ 0, or the product is not exact, or would not
 * be before a dimension of 0 made it one.
 */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || (size as number) < 0) return undefined;
    count *= size as number;
    if (count >= 2 ** 64) return undefined; // where the reference's own product overflows
  }
  return Number.isSafeInteger(count * 8) ? count : undefined;
}
