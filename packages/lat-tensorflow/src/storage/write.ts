import { writeFileAtomic } from "lat-system";
import {
  elementCount,
  type HostTensor,
  maximumHeaderBytes,
  metadataKey,
  type Safetensors,
  type SafetensorsDtype,
  SafetensorsError,
  show,
} from "./format.ts";

/** What can be written, in the order in which the reference implementation lays it out: larger elements first. */
const arrays = { I64: BigInt64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array, BOOL: Uint8Array } as const;
const layout = Object.keys(arrays);

/** Writes a safetensors file, whole or not at all. Its bytes depend on the content alone. */
export async function writeSafetensors(path: string, content: Safetensors): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(content, path));
}

/**
 * The bytes of a safetensors file. Tensors lie by dtype, larger elements first so that each is aligned, and then by
 * name, as the reference implementation lays them. Throws SafetensorsError where an array does not fit its dtype and
 * shape.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors, source = "safetensors bytes"): Uint8Array {
  const entries = Object.entries(tensors)
    .map(([name, tensor]) => ({ name, tensor, bytes: checkedBytes(source, name, tensor) }))
    .sort((a, b) => layout.indexOf(a.tensor.dtype) - layout.indexOf(b.tensor.dtype) || (a.name < b.name ? -1 : 1));
  const offsets = [0];
  for (const { bytes } of entries) offsets.push((offsets.at(-1) as number) + bytes.length);
  // Joined by hand: an object would put names that look like numbers first.
  const fields = entries.map(({ name, tensor: { dtype, shape } }, i) =>
    field(name, JSON.stringify({ dtype, shape, data_offsets: offsets.slice(i, i + 2) })),
  );
  const texts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (texts.length > 0)
    fields.unshift(field(metadataKey, `{${texts.map(([key, text]) => field(key, JSON.stringify(text))).join(",")}}`));
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  if (start - 8 > maximumHeaderBytes)
    throw new SafetensorsError("header-length", source, `a header of ${start - 8} bytes is over ${maximumHeaderBytes}`);
  const file = new Uint8Array(start + (offsets.at(-1) as number)).fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(header, 8);
  entries.forEach(({ bytes }, i) => {
    file.set(bytes, start + (offsets[i] as number));
  });
  return file;
}

const field = (name: string, json: string) => `${JSON.stringify(name)}:${json}`;

function checkedBytes(source: string, name: string, { dtype, shape, data }: HostTensor): Uint8Array {
  const tensor = `tensor ${show(name)}`;
  if (name === metadataKey) throw new SafetensorsError("duplicate-key", source, `${tensor}: the name is reserved`);
  const array = (arrays as Partial<Record<SafetensorsDtype, (typeof arrays)[keyof typeof arrays]>>)[dtype];
  if (array === undefined || !(data instanceof array))
    throw new SafetensorsError(
      "dtype",
      source,
      `${tensor}: ${data.constructor.name} cannot be written as ${dtype}; expected ${layout
        .map((key) => `${key} from ${arrays[key as keyof typeof arrays].name}`)
        .join(", ")}`,
    );
  if (elementCount(shape) !== data.length)
    throw new SafetensorsError("shape", source, `${tensor}: shape [${shape}] does not hold ${data.length} elements`);
  if (dtype === "BOOL" && (data as Uint8Array).some((byte) => byte > 1))
    throw new SafetensorsError("value", source, `${tensor}: a BOOL is neither 0 nor 1`);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
