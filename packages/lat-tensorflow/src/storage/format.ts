import { LatError } from "lat-system";

/*
 * The safetensors format: eight bytes with the header's length, a JSON header that gives each tensor's dtype, shape and
 * place, then the tensors' bytes, little-endian and row-major, one after another without a gap. Typed arrays read those
 * bytes as they lie, since every platform that TensorFlow runs on is little-endian.
 */

/** Bytes of one element of each dtype read here. */
export const elementBytes = { F32: 4, I32: 4, I64: 8, F16: 2, BF16: 2, U8: 1, BOOL: 1 } as const;

/** F16 and BF16 are read into float32, exactly, and are not written. */
export type SafetensorsDtype = keyof typeof elementBytes;

/** A tensor on the host: `data` is row-major and holds the product of `shape` elements. */
export interface HostTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Float32Array for F32, F16, BF16; Int32Array for I32; BigInt64Array for I64; Uint8Array for U8 and BOOL (0 or 1). */
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
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

/** Product of the dimensions, or undefined where one is not a whole number ≥ 0 or the product is not exact. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  if (!shape.every((d): d is number => Number.isSafeInteger(d) && (d as number) >= 0)) return undefined;
  const count = shape.reduce((product, d) => product * d, 1);
  return Number.isSafeInteger(count * 8) ? count : undefined;
}

/** A value for a message, which a hostile file cannot make long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "(missing)";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
