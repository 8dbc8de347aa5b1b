import { open } from "node:fs/promises";

/** What the samples of a TIFF are, by the numbers of TIFF 6.0. */
export interface TiffSamples {
  readonly photometric: number | undefined;
  readonly compression: number | undefined;
  readonly perPixel: number;
  /** What the first sample that is no colour is: 0 unspecified, 1 and 2 alpha. */
  readonly extra: number | undefined;
}

/** Numbers in the header: a field is `entry` bytes long and its value `value` bytes in; a place takes `word` bytes. */
const classic = { word: 4, first: 4, count: 2, entry: 12, value: 8 } as const;
const big = { word: 8, first: 8, count: 8, entry: 20, value: 12 } as const;

/**
 * Reads the fields of a file's first image that `sharp` does not tell of. Source: TIFF 6.0, sections 2 and 8; BigTIFF.
 *
 * @throws where the file has no such fields
 */
export async function tiffSamples(path: string): Promise<TiffSamples> {
  const file = await open(path);
  try {
    const bytes = async (place: number, length: number): Promise<DataView> => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, place);
      if (bytesRead < length) throw new Error("the file ends inside its header");
      return new DataView(buffer.buffer);
    };
    const header = await bytes(0, 16);
    const little = header.getUint16(0) === 0x4949;
    const form = header.getUint16(2, little) === 43 ? big : classic;
    const word = (view: DataView, at: number): number =>
      form === big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
    const directory = word(header, form.first);
    const counted = await bytes(directory, form.count);
    const fields = form === big ? word(counted, 0) : counted.getUint16(0, little);
    const entries = await bytes(directory + form.count, Math.min(fields, 2 ** 16) * form.entry);
    const values = new Map<number, number>();
    for (let at = 0; at < entries.byteLength; at += form.entry) {
      values.set(entries.getUint16(at, little), entries.getUint16(at + form.value, little));
    }
    return {
      photometric: values.get(262),
      compression: values.get(259),
      perPixel: values.get(277) ?? 1,
      extra: values.get(338),
    };
  } finally {
    await file.close();
  }
}
