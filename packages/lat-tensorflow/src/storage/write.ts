import { quote, writeFileAtomic } from "lat-system";
import {
  elementCount,
  type HostArray,
  type HostTensor,
  maximumHeaderBytes,
  metadataKey,
  type SafetensorsDtype,
  SafetensorsError,
} from "./format.ts";

/** What can be written, in the order in which the reference implementation lays it out: larger elements first. */
const arrays = { I64: BigInt64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array, BOOL: Uint8Array } as const;
const layout = Object.keys(arrays);

/** A tensor whose elements come in parts, in row-major order, when they are written: so that it need not be one array. */
export interface StreamedTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  parts(): Iterable<HostArray>;
}

interface Content {
  readonly tensors: Readonly<Record<string, HostTensor | StreamedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a safetensors file, whole or not at all, and holds no more of it than one part of a tensor. Its bytes depend on
 * the content alone: tensors lie by dtype, larger elements first so that each is aligned, and then by name, as the
 * reference implementation lays them.
 *
 * @throws {SafetensorsError} where an array does not fit its dtype and shape, {LatError} where it cannot be written
 */
export async function writeSafetensors(path: string, content: Content): Promise<void> {
  await writeFileAtomic(path, encode(path, content));
}

/** The bytes of a safetensors file. */
export function encodeSafetensors(content: Content, source = "safetensors bytes"): Uint8Array {
  return Buffer.concat([...encode(source, content)]);
}

/** The header, then every tensor's bytes. All that can be checked before elements are asked for is checked first. */
export function encode(source: string, { tensors, metadata }: Content): Iterable<Uint8Array> {
  const entries = Object.entries(tensors)
    .map(([name, tensor]) => ({ name, tensor, bytes: checkedBytes(source, name, tensor) }))
    .sort((a, b) => layout.indexOf(a.tensor.dtype) - layout.indexOf(b.tensor.dtype) || (a.name < b.name ? -1 : 1));
  let end = 0;
  // Joined by hand: an object would put names that look like numbers first.
  const fields = entries.map(({ name, tensor: { dtype, shape }, bytes }) => {
    const begin = end;
    end += bytes;
    return field(name, JSON.stringify({ dtype, shape, data_offsets: [begin, end] }));
  });
  const texts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (texts.length > 0)
    fields.unshift(field(metadataKey, `{${texts.map(([key, text]) => field(key, JSON.stringify(text))).join(",")}}`));
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  if (start - 8 > maximumHeaderBytes)
    throw new SafetensorsError("header-length", source, `a header of ${start - 8} bytes is over ${maximumHeaderBytes}`);
  const head = new Uint8Array(start).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(start - 8), true);
  head.set(header, 8);
  return (function* () {
    yield head;
    for (const { name, tensor } of entries) yield* parts(source, name, tensor);
  })();
}

const field = (name: string, json: string) => `${JSON.stringify(name)}:${json}`;

/** How many bytes a tensor takes. */
function checkedBytes(source: string, name: string, tensor: HostTensor | StreamedTensor): number {
  const { dtype, shape } = tensor;
  const fail = failure(source, name);
  if (name === metadataKey) throw fail("duplicate-key", "the name is reserved");
  const array = arrayOf(dtype);
  if (array === undefined) throw fail("dtype", `${dtype} is not written; expected ${layout.join(", ")}`);
  const count = elementCount(shape);
  if (count === undefined || ("data" in tensor && count !== tensor.data.length))
    throw fail("shape", `shape [${shape}] does not hold ${"data" in tensor ? tensor.data.length : "any"} elements`);
  return count * array.BYTES_PER_ELEMENT;
}

function* parts(source: string, name: string, tensor: HostTensor | StreamedTensor): Iterable<Uint8Array> {
  const { dtype, shape } = tensor;
  const fail = failure(source, name);
  const array = arrayOf(dtype)!;
  let count = 0;
  for (const part of "data" in tensor ? [tensor.data] : tensor.parts()) {
    if (!(part instanceof array))
      throw fail("dtype", `${part.constructor.name} cannot be written as ${dtype}, but ${array.name} can`);
    if (dtype === "BOOL" && (part as Uint8Array).some((byte) => byte > 1))
      throw fail("value", "a BOOL is neither 0 nor 1");
    count += part.length;
    yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  }
  if (count !== elementCount(shape)) throw fail("shape", `shape [${shape}] does not hold ${count} elements`);
}

function arrayOf(dtype: SafetensorsDtype): (typeof arrays)[keyof typeof arrays] | undefined {
  return (arrays as Partial<Record<SafetensorsDtype, (typeof arrays)[keyof typeof arrays]>>)[dtype];
}

function failure(source: string, name: string) {
  return (problem: SafetensorsError["problem"], message: string) =>
    new SafetensorsError(problem, source, `tensor ${quote(name)}: ${message}`);
}
