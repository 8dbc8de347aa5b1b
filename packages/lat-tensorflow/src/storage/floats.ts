import type { Tensor } from "@tensorflow/tfjs-core";
import { LatError } from "lat-system";
import { tf } from "../load.ts";
import type { HostArray, StoredTensor } from "./format.ts";
import { type StreamedTensor, writeSafetensors } from "./write.ts";

/** Dtypes that a float32 tensor can be read from. F64 is rounded to the nearest. */
export const floatDtypes = ["F32", "F16", "BF16", "F64"] as const;

/** How many elements pass through the host at once: 256 MiB of float32. */
const elementsAtOnce = 1 << 26;

/**
 * Reads a tensor of floats onto the device as float32; the caller owns it. It passes through the host in pieces, so that
 * it may be larger than one array holds, and its memory is needed twice for a moment, and no more.
 *
 * @param what names the tensor in errors
 * @param check is shown every piece, and may refuse it
 * @throws {LatError} where the tensor holds no floats, or a number that float32 does not reach
 */
export function loadFloats(
  stored: StoredTensor,
  what: string,
  check: (values: Float32Array) => void = () => {},
  atOnce = elementsAtOnce,
): Tensor {
  const { shape } = stored;
  const count = shape.reduce((product, size) => product * size, 1);
  const piece = (begin: number): Float32Array => {
    const values = float32(stored.read(begin, Math.min(begin + atOnce, count)), stored.dtype, what);
    check(values);
    return values;
  };
  if (count <= atOnce) return tf.tensor(piece(0), [...shape], "float32");
  return tf.tidy(() => {
    const pieces = Array.from({ length: Math.ceil(count / atOnce) }, (_, i) =>
      tf.tensor1d(piece(i * atOnce), "float32"),
    );
    return tf.reshape(tf.concat(pieces), [...shape]);
  });
}

function float32(values: HostArray, dtype: string, what: string): Float32Array {
  if (values instanceof Float32Array) return values;
  if (!(values instanceof Float64Array)) throw new LatError(`${what} is ${dtype}, expected ${floatDtypes.join(", ")}`);
  const rounded = Float32Array.from(values);
  const over = rounded.findIndex((value, i) => !Number.isFinite(value) && Number.isFinite(values[i]));
  if (over !== -1) throw new LatError(`${what} holds ${values[over]}, which is beyond float32`);
  return rounded;
}

/** A float32 tensor for `writeSafetensors`, which reads it from the device in pieces. */
export function streamed(tensor: Tensor, atOnce = elementsAtOnce): StreamedTensor {
  return {
    dtype: "F32",
    shape: tensor.shape,
    *parts() {
      if (tensor.size <= atOnce) {
        yield tensor.dataSync<"float32">();
        return;
      }
      // In rows: positions of the device's slices are of 32 bits, and elements may be more.
      const width = tensor.shape.at(-1)!;
      const [rows, rowsAtOnce] = [tensor.size / width, Math.max(1, Math.floor(atOnce / width))];
      for (let row = 0; row < rows; row += rowsAtOnce) {
        const part = tf.tidy(() =>
          tf.slice(tf.reshape(tensor, [rows, width]), [row, 0], [Math.min(rowsAtOnce, rows - row), width]),
        );
        yield part.dataSync<"float32">();
        part.dispose();
      }
    },
  };
}

/** Writes float32 tensors as a safetensors file, whole or not at all; its bytes depend on names and values alone. */
export async function storeFloats(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, streamed(tensor)] as const);
  await writeSafetensors(path, { tensors: Object.fromEntries(entries), metadata });
}
