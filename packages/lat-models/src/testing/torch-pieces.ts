// Files of torch.save, put together from pieces of pickles.
export const ascii = (text: string) => [...new TextEncoder().encode(text)];
export const uint32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
export const int64 = (n: bigint) => [...new Uint8Array(BigInt64Array.of(n).buffer)];
export const float32 = (...values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];

// Pieces of pickles, under the names of Python's pickletools.
export const [mark, stop, none, reduce, tuple, emptyDict, setItems, reference] = [
  40, 46, 78, 82, 116, 125, 117, 81,
] as const;
export type Piece = number | number[];
export const pickle = (...parts: Piece[]) => [128, 2, ...parts.flat(), stop];
export const text = (value: string) => [88, ...uint32(value.length), ...ascii(value)];
export const int = (value: number) => [74, ...uint32(value)];
export const name = (module: string, member: string) => [99, ...ascii(`${module}\n${member}\n`)];
export const tupleOf = (...parts: Piece[]) => [mark, ...parts.flat(), tuple];
export const dict = (...parts: Piece[]) => [emptyDict, mark, ...parts.flat(), setItems];
export const list = (...parts: Piece[]) => [93, mark, ...parts.flat(), 101];

export const magic = pickle([138, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
export const version = pickle(int(1001));
export const machine = pickle(dict(text("little_endian"), 136));

export interface Parts {
  readonly object: number[];
  readonly keys?: number[];
  readonly elements?: number[];
}

export const file = ({ object, keys = pickle(list()), elements = [] }: Parts) =>
  Uint8Array.from([...magic, ...version, ...machine, ...object, ...keys, ...elements]);

export const storage = (size: number, type = "FloatStorage", key = "a", view: Piece = none) => [
  ...tupleOf(text("storage"), name("torch", type), text(key), text("cpu"), int(size), view),
  reference,
];
export const tensor = (stored: number[], offset: number, shape: number[], strides: number[], ...rest: Piece[]) => [
  ...name("torch._utils", rest.length > 0 ? "_rebuild_tensor_v2" : "_rebuild_tensor"),
  ...tupleOf(stored, int(offset), tupleOf(...shape.map(int)), tupleOf(...strides.map(int)), ...rest),
  reduce,
];
export const weights = (value: number[]) => pickle(dict(text("w"), value));
/** A file with one tensor `w` of a storage of six numbers, changed. */
export const six = (change: Partial<Parts> & { value?: number[] } = {}) => {
  const { value = tensor(storage(6), 0, [2, 3], [3, 1]) } = change;
  const elements = [...int64(6n), ...float32(1, 2, 3, 4, 5, 6)];
  return file({ object: weights(value), keys: pickle(list(text("a"))), elements, ...change });
};
