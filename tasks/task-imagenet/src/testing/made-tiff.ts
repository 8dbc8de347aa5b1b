/** A TIFF of one strip, as TIFF 6.0 has it. */
export interface MadeTiff {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  /** Of the type that `format` and `bits` say, [row, column, sample]. */
  readonly data: Uint8Array | Uint16Array | Int16Array | Float32Array;
  /** 1 black is zero, 2 RGB, 6 YCbCr. */
  readonly photometric: number;
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly format: number;
  /** Of each sample that is no colour: 0 unspecified, 1 and 2 alpha. */
  readonly extra?: readonly number[];
  /** Of the bytes of numbers, values of 8 bits apart; default: true. */
  readonly littleEndian?: boolean;
}

/** The bytes of the file: its header, its values, the bits of each sample, its fields. */
export function madeTiff({
  width,
  height,
  samples,
  data,
  photometric,
  format,
  extra = [],
  littleEndian = true,
}: MadeTiff): Uint8Array {
  const bits = 8 * data.BYTES_PER_ELEMENT;
  const perSample = 8 + data.byteLength;
  const directory = perSample + 2 * samples;
  const [SHORT, LONG] = [3, 4];
  const fields = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    // One or two find room in the field itself.
    [258, SHORT, samples, samples < 3 ? bits * 0x10001 : perSample],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, photometric],
    [273, LONG, 1, 8],
    [277, SHORT, 1, samples],
    [278, LONG, 1, height],
    [279, LONG, 1, data.byteLength],
    ...(extra.length > 0 ? [[338, SHORT, extra.length, extra[0]!]] : []),
    [339, SHORT, 1, format],
  ] as const;
  const view = new DataView(new ArrayBuffer(directory + 2 + 12 * fields.length + 4));
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, directory, littleEndian);
  new Uint8Array(view.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8);
  for (let i = 0; i < samples; i++) view.setUint16(perSample + 2 * i, bits, littleEndian);
  view.setUint16(directory, fields.length, littleEndian);
  fields.forEach(([tag, type, count, value], i) => {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, littleEndian);
    view.setUint16(at + 2, type, littleEndian);
    view.setUint32(at + 4, count, littleEndian);
    // A short stands at the start of its field.
    if (type === SHORT && count === 1) view.setUint16(at + 8, value, littleEndian);
    else view.setUint32(at + 8, value, littleEndian);
  });
  return new Uint8Array(view.buffer);
}
