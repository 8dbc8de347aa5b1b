import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LatError } from "lat-system";
import { temporaryFolder } from "lat-system/testing";
import { readSafetensors } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { decodeTorchFile, openTorchFile, readTorchFile } from "../index.ts";
import {
  ascii,
  dict,
  file,
  float32,
  int,
  int64,
  list,
  magic,
  mark,
  name,
  none,
  pickle,
  reduce,
  reference,
  six,
  storage,
  tensor,
  text,
  tuple,
  tupleOf,
  uint32,
  version,
  weights,
} from "../testing/torch-pieces.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
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

  it.each<[string, number[], number[]]>([
    ["negated", tensor(storage(6), 0, [2], [1], [137], none, dict(text("neg"), [136])), [-1, -2]],
    ["transposed", tensor(storage(6), 0, [3, 2], [1, 3]), [1, 4, 2, 5, 3, 6]],
    ["in steps", tensor(storage(6), 1, [2], [4]), [2, 6]],
    ["repeated", tensor(storage(6), 4, [2, 3], [1, 0]), [5, 5, 5, 6, 6, 6]],
    ["in a view of a storage", tensor(storage(6, "FloatStorage", "a", tupleOf(text("b"), int(2), int(4))), 1, [3], [1]), [4, 5, 6]],
    ["empty in any steps", tensor(storage(6), 6, [2, 0], [5, 9]), []],
  ])("may hold tensors that are %s", (_, value, expected) => {
    const bytes = six({ value });
    expect([...decodeTorchFile(bytes).w!.data]).toEqual(expected);
  }); // biome-ignore format: a table

  it.each([
    ["ComplexFloatStorage", 8, "complex64"],
    ["QInt8Storage", 1, "qint8"],
  ])("may hold tensors that are not read beside those that are: %s", (type, bytes, dtype) => {
    const odd = tensor(storage(2, type, "b"), 0, [2], [1]);
    const object = pickle(dict(text("w"), tensor(storage(6), 0, [6], [1]), text("odd"), odd));
    const keys = pickle(list(text("a"), text("b")));
    const numbers = [...int64(6n), ...float32(1, 2, 3, 4, 5, 6), ...int64(2n), ...Array<number>(2 * bytes).fill(0)];
    const path = join(temporaryFolder(), "odd.th");
    writeFileSync(path, file({ object, keys, elements: numbers }));
    const opened = openTorchFile(path);
    expect([...opened.tensors.get("w")!.read()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => opened.tensors.get("odd")!.read()).toThrow(`odd.th: tensor "odd" is ${dtype}, which is not read`);
    opened.close();
  });

  it("is read in ranges, whatever the strides", () => {
    const path = join(temporaryFolder(), "ranges.th");
    writeFileSync(path, six({ value: tensor(storage(6), 0, [3, 2], [1, 3]) }));
    const opened = openTorchFile(path);
    const stored = opened.tensors.get("w")!;
    const whole = [1, 4, 2, 5, 3, 6];
    for (let begin = 0; begin <= 6; begin++)
      for (let end = begin; end <= 6; end++) expect([...stored.read(begin, end)]).toEqual(whole.slice(begin, end));
    opened.close();
  });

  it("may be larger than memory, of which no more is read than is asked for", () => {
    const [huge, path] = [2 ** 31 - 1, join(temporaryFolder(), "huge.th")];
    const object = pickle(
      dict(
        ...[text("w"), tensor(storage(huge), 0, [huge], [1])],
        ...[text("v"), tensor(storage(2, "FloatStorage", "b"), 0, [2], [1])],
      ),
    );
    const head = file({ object, keys: pickle(list(text("a"), text("b"))), elements: int64(BigInt(huge)) });
    const opened = openSync(path, "w");
    writeSync(opened, head);
    writeSync(opened, Uint8Array.from([...int64(2n), ...float32(7, 8)]), 0, 16, head.length + 4 * huge);
    closeSync(opened);
    const { tensors, close } = openTorchFile(path);
    expect([...tensors.get("v")!.read()]).toEqual([7, 8]);
    expect([...tensors.get("w")!.read(huge - 2)]).toEqual([0, 0]);
    expect(() => tensors.get("w")!.read()).toThrow(/huge\.th: tensor "w" takes over 4 GiB/);
    close();
  });

  it("may keep its state dict beside other things", () => {
    const state = dict(text("w"), tensor(storage(6), 0, [6], [1]));
    const beside = [text("epoch"), int(3), text("best"), dict(text("loss"), int(1))];
    for (const key of ["state_dict", "net", "weights of mine"])
      expect(Object.keys(decodeTorchFile(six({ object: pickle(dict(...beside, text(key), state)) })))).toEqual(["w"]);
    const mixed = pickle(dict(text("w"), tensor(storage(6), 0, [6], [1]), text("extra"), list()));
    expect(Object.keys(decodeTorchFile(six({ object: mixed })))).toEqual(["w"]);
    const average = pickle(dict(text("ema"), state, text("model"), dict(text("v"), tensor(storage(6), 0, [1], [1]))));
    expect(Object.keys(decodeTorchFile(six({ object: average })))).toEqual(["v"]);
  });

  it("may hold text as Python writes it, with half of a character", () => {
    const half = [88, ...uint32(4), 0x61, 0xed, 0xa0, 0x80];
    const object = pickle(dict(half, tensor(storage(6), 0, [6], [1])));
    expect(Object.keys(decodeTorchFile(six({ object })))).toEqual(["a\ud800"]);
    const many = [88, ...uint32(60_001), 0x61, ...Array.from({ length: 20_000 }, () => [0xed, 0xbf, 0xbf]).flat()];
    const company = pickle(dict(text("w"), tensor(storage(6), 0, [6], [1]), text("note"), many));
    expect(Object.keys(decodeTorchFile(six({ object: company })))).toEqual(["w"]);
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
    ["torch", "NewStorage"],
    ["numpy.core.multiarray", "_reconstruct"],
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
    ["holds a storage as a tensor", weights(storage(6)), /"w" is not a tensor/],
    ["refers to something else than a storage", weights([...tupleOf(text("module")), reference]), /in a way that is not read/],
    ["has a storage larger than the file", weights(tensor(storage(0x7fffffff), 0, [1], [1])), /is truncated: its tensors take 8589934588 bytes/],
    ["has a storage of negative size", weights(tensor(storage(-1), 0, [1], [1])), /in a way that is not read/],
    ["describes a storage in two ways", pickle(dict(text("x"), tensor(storage(6), 0, [6], [1]), text("y"), tensor(storage(2), 0, [2], [1]))), /the storage "a" in two ways/],
    ["has a tensor beyond its storage", weights(tensor(storage(6), 1, [6], [1])), /shape \[6\] from element 1 of a storage of 6/],
    ["has a tensor of impossible size", weights(tensor(storage(6), 0, Array<number>(40).fill(0x7fffffff), Array<number>(40).fill(0))), /has a tensor of shape/],
    ["has strides of another rank than its shape", weights(tensor(storage(6), 0, [2, 3], [1])), /something else than a storage/],
    ["repeats one number a billion times", weights(tensor(storage(6), 0, [1 << 15, 1 << 15], [0, 0])), /1073741824 elements, which repeat/],
    ["has an empty tensor that hides a size", weights(tensor(storage(6), 0, [0x7fffffff, 0x7fffffff, 0], [1, 1, 1])), /has a tensor of shape/],
    ["has a key that is a number", pickle(dict(int(1), tensor(storage(6), 0, [6], [1]))), /its key 1 is not text/],
    ["has equal keys in two types", pickle(dict(int(1), tensor(storage(6), 0, [6], [1]), text("1"), tensor(storage(6), 0, [1], [1]))), /its key 1 is not text/],
    ["has a key twice", pickle(dict(text("w"), tensor(storage(6), 0, [6], [1]), text("w"), tensor(storage(6), 0, [1], [1]))), /sets the key "w" of a dictionary twice/],
    ["has a tensor of unknown property", weights(tensor(storage(6), 0, [6], [1], [137], none, dict(text("new"), [136]))), /with the property "new", which is not read/],
    ["has a tensor that is negated and not", weights(tensor(storage(6), 0, [6], [1], [137], none, dict(text("neg"), [137]))), /with the property "neg", which is not read/],
    ["has a conjugated tensor", weights(tensor(storage(6), 0, [6], [1], [137], none, dict(text("conj"), [136]))), /with the property "conj"/],
    ["has a view beyond its storage", weights(tensor(storage(6, "FloatStorage", "a", tupleOf(text("b"), int(4), int(3))), 0, [3], [1])), /view of a storage that does not lie in it/],
    ["has a name of a thousand letters", pickle(name("torch", "x".repeat(1000))), /a name of over 256 bytes/],
    ["has a state dict beside tensors", pickle(dict(text("a"), dict(text("w"), tensor(storage(6), 0, [6], [1])), text("v"), tensor(storage(6), 0, [6], [1]))), /several state dicts/],
    ["has two state dicts", pickle(dict(text("a"), dict(text("w"), tensor(storage(6), 0, [6], [1])), text("b"), dict(text("w"), tensor(storage(6), 0, [6], [1])))), /several state dicts \(\["a","b"\]\)/],
    ["has a tensor before its storage", weights(tensor(storage(6), -1, [1], [1])), /something else than a storage/],
  ])("that %s is refused", (_, object, message) => {
    expect(() => decodeTorchFile(six({ object }))).toThrow(message);
  }); // biome-ignore format: a table

  it.each([
    ["holds no state dict", { object: pickle(int(3)), keys: pickle(list()), elements: [] }, /holds no state dict/],
    [
      "holds a list as a tensor",
      { object: weights(list()), keys: pickle(list()), elements: [] },
      /"w" is not a tensor/,
    ],
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
    ["an empty file", new Uint8Array(), /is empty; expected a file of torch\.save/],
    ["a page", Uint8Array.from(ascii("<!DOCTYPE html><html>")), /is an HTML page/],
    ["a pointer", Uint8Array.from(ascii("version https://git-lfs.github.com/spec/v1\n")), /is a Git LFS pointer/],
    ["text", Uint8Array.from(ascii("epoch,loss\n")), /is something else; expected a file of torch\.save/],
    ["another pickle", Uint8Array.from(pickle(int(7))), /is a Python pickle, but not a file of torch\.save/],
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
      expect(() => decodeTorchFile(whole.subarray(0, length)), `${length} bytes`).toThrow(
        /truncated|lacks|no list|is empty|is something else/,
      );
  });

  it("with bytes changed, taken out or repeated is read or refused, at once and in a few lines", () => {
    const whole = readFileSync(fixture("resnet-pad/model.th"));
    // A linear congruential generator: the same files every time.
    let state = 1;
    const random = (below: number) => {
      state = (state * 1664525 + 1013904223) % 2 ** 32;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let run = 0; run < 3000; run++) {
      // The first third holds the pickles.
      const [at, length] = [random(run % 2 ? whole.length : whole.length / 3), random(12)];
      const piece = whole.subarray(at, at + length);
      const changed = [
        () =>
          Buffer.concat([
            whole.subarray(0, at),
            Uint8Array.from(piece, () => random(256)),
            whole.subarray(at + length),
          ]),
        () => Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]),
        () => Buffer.concat([whole.subarray(0, at), piece, piece, whole.subarray(at + length)]),
      ][run % 3]!();
      const start = performance.now();
      try {
        decodeTorchFile(changed);
      } catch (error) {
        expect(error, `run ${run}: ${(error as Error).stack}`).toBeInstanceOf(LatError);
        expect((error as Error).message.length).toBeLessThan(600);
      }
      expect(performance.now() - start, `run ${run}`).toBeLessThan(1000);
    }
  });
});

it("a file that is not there is named", () => {
  expect(() => readTorchFile("/none/model.th")).toThrow(/cannot read \/none\/model\.th: no such file/);
});
