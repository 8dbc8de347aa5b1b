import { type ByteSource, LatError } from "lat-system";
import { elementBits, type HostArray, type SafetensorsDtype } from "./format.ts";

/** How the bytes of each dtype that is read become an array. */
const arrays: Readonly<Record<SafetensorsDtype, (buffer: ArrayBuffer) => HostArray>> = {
  F64: (buffer) => new Float64Array(buffer),
  F32: (buffer) => new Float32Array(buffer),
  F16: (buffer) => widened(buffer, float16Values()),
  BF16: (buffer) => widened(buffer, bfloat16Values()),
  I64: (buffer) => new BigInt64Array(buffer),
  I32: (buffer) => new Int32Array(buffer),
  I16: (buffer) => new Int16Array(buffer),
  I8: (buffer) => new Int8Array(buffer),
  U64: (buffer) => new BigUint64Array(buffer),
  U32: (buffer) => new Uint32Array(buffer),
  U16: (buffer) => new Uint16Array(buffer),
  U8: (buffer) => new Uint8Array(buffer),
  // As C and Python have it: anything but 0 is true.
  BOOL: (buffer) => new Uint8Array(buffer).map((byte) => Number(byte !== 0)),
};

/** The largest array of JavaScriptCore. */
const arrayBytes = 2 ** 32;

export function isRead(dtype: string): dtype is SafetensorsDtype {
  return Object.hasOwn(arrays, dtype);
}

/**
 * Reads `count` elements whose bytes begin at `position`.
 *
 * @throws {LatError} beginning with `what`, where they are more than one array holds
 */
export function readElements(
  dtype: SafetensorsDtype,
  what: string,
  bytes: ByteSource,
  position: number,
  count: number,
): HostArray {
  const size = elementBits[dtype] / 8;
  const held = dtype === "F16" || dtype === "BF16" ? 4 : size;
  if (count * held > arrayBytes)
    throw new LatError(`${what} takes over 4 GiB, more than one array holds; it can only be read in ranges`);
  return arrays[dtype](bytes.read(position, count * size).buffer);
}

/** The value of each 16 bits, looked up: `Float32Array.from` with a function takes twenty times as long. */
function widened(buffer: ArrayBuffer, values: Float32Array): Float32Array {
  const bits = new Uint16Array(buffer);
  const wide = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = values[bits[i]!]!;
  return wide;
}

const allBits = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);

const float16Values = once(() => Float32Array.from(allBits, float16Value));

/** bfloat16 is the upper half of a float32. */
const bfloat16Values = once(() => new Float32Array(Uint32Array.from(allBits, (bits) => bits << 16).buffer));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The value of IEEE 754 binary16 bits: 1 sign, 5 exponent, 10 fraction. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
