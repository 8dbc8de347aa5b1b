import { type ByteSource, fileBytes, fileKind, fileKindBytes, LatError, memoryBytes, quote } from "lat-system";
import { isRead, readElements } from "./elements.ts";
import {
  elementBits,
  type HostTensor,
  maximumHeaderBytes,
  type Safetensors,
  type SafetensorsDtype,
  SafetensorsError,
  type SafetensorsProblem,
  type StoredTensor,
  type TensorFile,
} from "./format.ts";
import { type Entry, type Header, parseHeader } from "./header.ts";

export interface SafetensorsFile extends TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a safetensors file: its header is read and checked, values are read when they are asked for.
 *
 * @throws {SafetensorsError} where the file is malformed, {LatError} where it cannot be read
 */
export function openSafetensors(path: string): SafetensorsFile {
  const bytes = fileBytes(path);
  try {
    return open(path, bytes);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/**
 * Reads all tensors of a safetensors file; each has memory of its own.
 *
 * @throws {SafetensorsError} where the file is malformed, {LatError} where it cannot be read or has a tensor of a dtype
 *   that is not read
 */
export function readSafetensors(path: string): Safetensors {
  const file = openSafetensors(path);
  try {
    return readAll(file);
  } finally {
    file.close();
  }
}

/** The same for a file's bytes in memory; `source` names them in errors. */
export function decodeSafetensors(file: Uint8Array, source = "safetensors bytes"): Safetensors {
  return readAll(open(source, memoryBytes(file)));
}

function readAll({ tensors, metadata }: SafetensorsFile): Safetensors {
  const entries = [...tensors].map(([name, stored]): [string, HostTensor] => {
    const data = stored.read(); // throws where the dtype is not one of HostTensor's
    return [name, { dtype: stored.dtype as SafetensorsDtype, shape: stored.shape, data }];
  });
  // fromEntries defines own properties, whatever their names: `__proto__` is a tensor like any other.
  return { tensors: Object.fromEntries(entries), metadata };
}

function open(source: string, bytes: ByteSource): SafetensorsFile {
  const { header, start } = readHeader(source, bytes);
  const tensors = header.entries.map((entry) => [entry.name, stored(source, bytes, start, entry)] as const);
  return { metadata: header.metadata, tensors: new Map(tensors), close: () => bytes.close() };
}

/** The header, and where the tensors' bytes begin. */
function readHeader(source: string, bytes: ByteSource): { header: Header; start: number } {
  const { size } = bytes;
  const head = bytes.read(0, Math.min(size, fileKindBytes));
  const kind = fileKind(head);
  // A hint in place of what is wrong with such bytes as a header.
  const fail = (problem: SafetensorsProblem, message: string, options = {}) =>
    new SafetensorsError(
      problem,
      source,
      kind && kind !== "a safetensors file" ? `is ${kind}; expected a safetensors file` : message,
      options,
    );
  if (size < 8) throw fail("truncated", `has ${size} bytes; a safetensors file has 8 before its header`);
  const length = new DataView(head.buffer).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes))
    throw fail("header-length", `a header of ${length} bytes is over the limit of ${maximumHeaderBytes}`);
  if (length === 0n) throw fail("header-json", "has an empty header");
  const start = 8 + Number(length);
  if (start > size) throw fail("truncated", `has ${size} bytes; its header alone ends at byte ${start}`);
  return { header: parseHeader(source, bytes.read(8, Number(length)), size - start), start };
}

function stored(source: string, bytes: ByteSource, start: number, entry: Entry): StoredTensor {
  const { name, dtype, shape } = entry;
  const what = `${source}: tensor ${quote(name)}`;
  const size = elementBits[dtype] / 8;
  const count = (entry.end - entry.begin) / size;
  return {
    dtype,
    shape,
    read(begin = 0, end = count) {
      if (!isRead(dtype)) throw new LatError(`${what} is of dtype ${dtype}, which is not read`);
      return readElements(dtype, what, bytes, start + entry.begin + begin * size, end - begin);
    },
  };
}
