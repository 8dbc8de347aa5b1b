import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileError } from "lat-system";
import {
  type HostTensor,
  maximumHeaderBytes,
  type Safetensors,
  type SafetensorsDtype,
  SafetensorsError,
  show,
} from "./format.ts";
import { parseHeader } from "./header.ts";

/**
 * Reads a safetensors file; each tensor has memory of its own.
 *
 * @throws {SafetensorsError} where the file is malformed, {LatError} where it cannot be read
 */
export function readSafetensors(path: string): Safetensors {
  const file = attempt(path, () => openSync(path, "r"));
  try {
    const { size } = attempt(path, () => fstatSync(file));
    return decode(path, size, (position, length) => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const count = attempt(path, () => readSync(file, bytes, done, length - done, position + done));
        if (count === 0) throw new SafetensorsError("truncated", path, "the file became shorter while it was read");
        done += count;
      }
      return bytes;
    });
  } finally {
    closeSync(file);
  }
}

function attempt<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/** The same for a file's bytes in memory; `source` names them in errors. */
export function decodeSafetensors(file: Uint8Array, source = "safetensors bytes"): Safetensors {
  return decode(source, file.length, (position, length) => new Uint8Array(file.subarray(position, position + length)));
}

/** `read` returns a copy of `length` bytes of the file, which has at least as many from `position`. */
function decode(source: string, size: number, read: (position: number, length: number) => Uint8Array): Safetensors {
  if (size < 8)
    throw new SafetensorsError("truncated", source, `has ${size} bytes; a safetensors file has 8 before its header`);
  const length = new DataView(read(0, 8).buffer).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes))
    throw new SafetensorsError(
      "header-length",
      source,
      `a header of ${length} bytes is over the limit of ${maximumHeaderBytes}; is this a safetensors file?`,
    );
  const start = 8 + Number(length);
  if (start > size)
    throw new SafetensorsError("truncated", source, `has ${size} bytes; its header alone ends at byte ${start}`);
  const { metadata, entries } = parseHeader(source, read(8, Number(length)), size - start);
  const tensors = entries.map(({ name, dtype, shape, begin, end }): [string, HostTensor] => {
    const bytes = read(start + begin, end - begin);
    if (dtype === "BOOL" && bytes.some((byte) => byte > 1))
      throw new SafetensorsError("value", source, `tensor ${show(name)}: a BOOL is neither 0 nor 1`);
    return [name, { dtype, shape, data: typedArray(dtype, bytes) }];
  });
  // fromEntries defines own properties, whatever their names: `__proto__` is a tensor like any other.
  return { tensors: Object.fromEntries(tensors), metadata };
}

function typedArray(dtype: SafetensorsDtype, { buffer }: Uint8Array): HostTensor["data"] {
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "I64":
      return new BigInt64Array(buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(buffer), float16Value);
    case "BF16":
      // bfloat16 is the upper half of a float32.
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case "U8":
    case "BOOL":
      return new Uint8Array(buffer);
  }
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
