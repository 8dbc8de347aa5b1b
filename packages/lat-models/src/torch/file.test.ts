import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LatError } from "lat-system";
import { readSafetensors } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { decodeTorchFile, readTorchFile } from "../index.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const ascii = (text: string) => [...new TextEncoder().encode(text)];
const uint32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
const int64 = (n: bigint) => [...new Uint8Array(BigInt64Array.of(n).buffer)];
const float32 = (...values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];

// Pieces of pickles, under the names of Python's pickletools.
const [mark, stop, none, reduce, tuple, emptyDict, setItems, reference] = [40, 46, 78, 82, 116, 125, 117, 81] as const;
type Piece = number | number[];
const pickle = (...parts: Piece[]) => [128, 2, ...parts.flat(), stop];
const text = (value: string) => [88, ...uint32(value.length), ...ascii(value)];
const int = (value: number) => [74, ...uint32(value)];
const name = (module: string, member: string) => [99, ...ascii(`${module}\n${member}\n`)];
const tupleOf = (...parts: Piece[]) => [mark, ...parts.flat(), tuple];
const dict = (...parts: Piece[]) => [emptyDict, mark, ...parts.flat(), setItems];
const list = (...parts: Piece[]) => [93, mark, ...parts.flat(), 101];

const magic = pickle([138, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
const version = pickle(int(1001));
const machine = pickle(dict(text("little_endian"), 136));

interface Parts {
  readonly object: number[];
  readonly keys?: number[];
  readonly elements?: number[];
}

const file = ({ object, keys = pickle(list()), elements = [] }: Parts) =>
  Uint8Array.from([...magic, ...version, ...machine, ...object, ...keys, ...elements]);

const storage = (size: number, type = "FloatStorage", key = "a") => [
  ...tupleOf(text("storage"), name("torch", type), text(key), text("cpu"), int(size), none),
  reference,
];
const tensor = (stored: number[], offset: number, shape: number[], strides: number[]) => [
  ...name("torch._utils", "_rebuild_tensor"),
  ...tupleOf(stored, int(offset), tupleOf(...shape.map(int)), tupleOf(...strides.map(int))),
  reduce,
];
const weights = (value: number[]) => pickle(dict(text("w"), value));
/** A file with one tensor `w` of a storage of six numbers, changed. */
const six = (change: Partial<Parts> & { value?: number[] } = {}) => {
  const { value = tensor(storage(6), 0, [2, 3], [3, 1]) } = change;
  const elements = [...int64(6n), ...float32(1, 2, 3, 4, 5, 6)];
  return file({ object: weights(value), keys: pickle(list(text("a"))), elements, ...change });
};

describe("a file of torch.save", () => {
  it.each(["resnet-pad", "resnet-project"])("has the tensors that PyTorch put there (%s)", (folder) => {
    const { tensors } = readSafetensors(fixture(`${folder}/model.safetensors`));
    const found = readTorchFile(fixture(`${folder}/model.th`));
    for (const [key, { shape, data }] of Object.entries(tensors))
      expect([key, found[key]?.shape, found[key]?.data]).toEqual([key, shape, data]);
    const rest = Object.keys(found).filter((key) => !(key in tensors));
    expect(rest.length).toBeGreaterThan(0);
    for (const key of rest) {
      expect(key).toMatch(/num_batches_tracked$/);
      expect(found[key]).toEqual({ dtype: "I64", shape: [], data: BigInt64Array.of(0n) });
    }
  });

  it("may hold views of one storage", () => {
    const object = pickle(dict(text("x"), tensor(storage(6), 0, [2, 2], [2, 1]), text("y"), tensor(storage(6), 4, [2], [1]))); // biome-ignore format: one pickle
    const { x, y } = decodeTorchFile(six({ object }));
    expect([[...x!.data], [...y!.data]]).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  it("gives tensors of any name names of their own", () => {
    const tensors = decodeTorchFile(six({ object: pickle(dict(text("__proto__"), tensor(storage(6), 0, [6], [1]))) }));
    expect(Object.keys(tensors)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(tensors)).toBe(Object.prototype);
  });
});

describe("a hostile file", () => {
  it.each([
    ["os", "system"],
    ["builtins", "eval"],
    ["torch.storage", "_load_from_bytes"],
    ["torch", "DoubleStorage"],
    ["collections", "OrderedDict\u0000"],
    ["", "constructor"],
    ["__proto__", "toString"],
  ])("that asks for %s.%s is refused before anything is called", (module, member) => {
    const object = pickle(name(module, member), tupleOf(text("echo")), reduce);
    expect(() => decodeTorchFile(file({ object }), "evil.th")).toThrow(/^evil\.th: the pickle asks for ".*refused/);
  });

  it.each([
    ["calls a class of storages", pickle(name("torch", "FloatStorage"), tupleOf(int(8)), reduce), /calls what may not/],
    ["calls a tensor", pickle(tensor(storage(6), 0, [6], [1]), tupleOf(), reduce), /calls what may not be called/],
    ["fills a dictionary through its constructor", pickle(name("collections", "OrderedDict"), tupleOf(list()), reduce), /in a way that is not read/],
    ["looks up an extension", pickle([130, 1]), /the operation 130, which is not allowed/],
    ["makes an instance", pickle(mark, [105], ascii("os\nsystem\n")), /the operation 105/],
    ["is of another protocol", [128, 4, 78, 46], /is of protocol 4, expected 2/],
    ["takes from an empty stack", pickle([133]), /takes a value where there is none/],
    ["takes up to no mark", pickle(tuple), /up to a mark where there is none/],
    ["recalls what it never kept", pickle([104, 3]), /never kept \(3\)/],
    ["appends to a number", pickle(int(1), int(2), [97]), /appends to what is not a list/],
    ["sets items of a list", pickle(list(), int(1), int(2), [115]), /not a dictionary/],
    ["sets attributes of a tensor", pickle(tensor(storage(6), 0, [6], [1]), dict(), [98]), /not a dictionary/],
    ["leaves values behind", pickle(none, none), /values left over/],
    ["announces text longer than itself", pickle([88, ...uint32(0xffffffff)]), /truncated/],
    ["has text that is not UTF-8", pickle([88, ...uint32(1), 0xff]), /not UTF-8/],
    ["holds a storage as a tensor", weights(storage(6)), /w is not a tensor/],
    ["refers to something else than a storage", weights([...tupleOf(text("module")), reference]), /in a way that is not read/],
    ["has a storage larger than the file", weights(tensor(storage(0x7fffffff), 0, [1], [1])), /is truncated: its tensors take 8589934588 bytes/],
    ["has a storage of negative size", weights(tensor(storage(-1), 0, [1], [1])), /in a way that is not read/],
    ["describes a storage in two ways", pickle(dict(text("x"), tensor(storage(6), 0, [6], [1]), text("y"), tensor(storage(2), 0, [2], [1]))), /the storage a in two ways/],
    ["has a tensor beyond its storage", weights(tensor(storage(6), 1, [6], [1])), /shape \[6\] from element 1 of a storage of 6/],
    ["has a tensor of impossible size", weights(tensor(storage(6), 0, Array<number>(40).fill(0x7fffffff), Array<number>(40).fill(0))), /has a tensor of shape/],
    ["repeats one number by a stride of 0", weights(tensor(storage(6), 0, [2, 3], [0, 1])), /strides \[0,1\]; only contiguous/],
    ["has a tensor before its storage", weights(tensor(storage(6), -1, [1], [1])), /something else than a storage/],
  ])("that %s is refused", (_, object, message) => {
    expect(() => decodeTorchFile(six({ object }))).toThrow(message);
  }); // biome-ignore format: a table

  it.each([
    ["holds no state dict", { object: pickle(int(3)), keys: pickle(list()), elements: [] }, /holds no state dict/],
    ["holds a list as a tensor", { object: weights(list()), keys: pickle(list()), elements: [] }, /w is not a tensor/],
    ["has no elements", { keys: pickle(list()), elements: [] }, /lacks the elements/],
    ["has fewer elements than it says", { elements: [...int64(6n), ...float32(1, 2)] }, /is truncated/],
    ["has another number of elements", { elements: [...int64(5n), ...float32(1, 2, 3, 4, 5, 6)] }, /has 5 elements/],
    ["has elements of an unknown storage", { keys: pickle(list(text("b"))) }, /that no tensor asks for/],
    ["has elements twice", { keys: pickle(list(text("a"), text("a"))) }, /that no tensor asks for/],
    ["goes on after its end", { elements: [...int64(6n), ...float32(1, 2, 3, 4, 5, 6, 7)] }, /4 bytes after the last/],
  ])("that %s is refused", (_, change, message) => {
    expect(() => decodeTorchFile(six(change))).toThrow(message);
  });

  it.each([
    ["an empty file", new Uint8Array(), /truncated/],
    ["another pickle", Uint8Array.from(pickle(int(7))), /is not a file of torch\.save/],
    ["another version", Uint8Array.from([...magic, ...pickle(int(1002))]), /version 1002, expected 1001/],
    ["a big-endian machine's", Uint8Array.from([...magic, ...version, ...pickle(dict(text("little_endian"), [137]))]), /little-endian/],
    ["a zip archive", Uint8Array.from(ascii("PK\u0003\u0004")), /is a zip archive, which is not read; save it as/],
  ])("%s is refused", (_, bytes, message) => {
    expect(() => decodeTorchFile(bytes)).toThrow(message);
  }); // biome-ignore format: a table

  it("is refused wherever it is cut off", () => {
    const whole = six();
    expect(decodeTorchFile(whole).w?.shape).toEqual([2, 3]);
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeTorchFile(whole.subarray(0, length)), `${length} bytes`).toThrow(/truncated|lacks|no list/);
  });

  it("with any byte changed is read or refused, and never fails otherwise", () => {
    const whole = readFileSync(fixture("resnet-pad/model.th"));
    for (let at = 0; at < whole.length; at += 13) {
      const changed = Uint8Array.from(whole);
      changed[at] = (changed[at]! * 31 + at) & 255;
      try {
        decodeTorchFile(changed);
      } catch (error) {
        expect(error, `byte ${at}: ${(error as Error).stack}`).toBeInstanceOf(LatError);
      }
    }
  });
});

it("a file that is not there is named", () => {
  expect(() => readTorchFile("/none/model.th")).toThrow(/cannot read \/none\/model\.th: no such file/);
});
