import { readFileSync } from "node:fs";
import { fileError, LatError } from "lat-system";
import type { HostTensor } from "lat-tensorflow";
import { PickleName, type PickleRules, type PickleValue, unpickle } from "./pickle.ts";

/*
 * The format that `torch.save` wrote before it wrote zip archives: a magic number, a protocol version, the writer's
 * machine, the saved object and the list of its storages' keys, each a pickle; then for each key the number of elements
 * and the elements. A tensor in the object refers to a storage by its key.
 */

/** What `torch.save` writes first. */
const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** The elements that tensors are views of. They stand at the end of the file, after all that refers to them. */
class Storage {
  readonly dtype: "F32" | "I64";
  readonly data: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
  filled = false;

  constructor(dtype: "F32" | "I64", size: number) {
    this.dtype = dtype;
    this.data = dtype === "F32" ? new Float32Array(size) : new BigInt64Array(size);
  }
}

const storageTypes: Readonly<Record<string, "F32" | "I64">> = {
  "torch.FloatStorage": "F32",
  "torch.LongStorage": "I64",
};

/**
 * Reads the tensors of a state dict that PyTorch saved: `torch.save(model.state_dict(), path)`, or a dictionary that has
 * one under `state_dict`. The `module.` that DataParallel puts in front of names is left out.
 *
 * Such a file is a program for Python's unpickler; here it is data. It can hold dictionaries, lists, numbers, text and
 * float32 or int64 tensors, and a file that asks for anything else is refused.
 *
 * @throws {LatError} where the file cannot be read, is malformed, holds something else, or is a zip archive
 */
export function readTorchFile(path: string): Record<string, HostTensor> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw fileError("read", path, cause);
  }
  return decodeTorchFile(bytes, path);
}

/** The same for a file's bytes in memory; `source` names them in errors. */
export function decodeTorchFile(bytes: Uint8Array, source = "PyTorch file"): Record<string, HostTensor> {
  const fail = (problem: string) => new LatError(`${source}: ${problem}`);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw fail(
      "is a zip archive, which is not read; save it as safetensors, or with torch.save(…, _use_new_zipfile_serialization=False)",
    );
  const storages = new Map<string, Storage>();
  let position = 0;
  const next = (rules: PickleRules): PickleValue => {
    const { value, end } = unpickle(bytes, position, source, rules);
    position = end;
    return value;
  };
  if (next(plain) !== magic) throw fail("is not a file of torch.save");
  const version = next(plain);
  if (version !== protocol) throw fail(`has the format's version ${version}, expected ${protocol}`);
  const machine = next(plain);
  if (!(machine instanceof Map && machine.get("little_endian") === true))
    throw fail("was not written on a little-endian machine");
  const object = next(rules(storages, bytes.length, fail));
  const keys = next(plain);
  if (!Array.isArray(keys)) throw fail("has no list of storages");
  for (const key of keys) position = fill(storages.get(key), bytes, position, fail);
  if (![...storages.values()].every(({ filled }) => filled)) throw fail("lacks the elements of some of its tensors");
  if (position !== bytes.length) throw fail(`${bytes.length - position} bytes after the last tensor belong to none`);
  return stateDict(object, fail);
}

type Fail = (problem: string) => LatError;

const plain: PickleRules = {
  callables: {},
  names: [],
  persistent: () => null,
};

/** What the saved object may ask for: dictionaries and tensors. */
function rules(storages: Map<string, Storage>, fileBytes: number, fail: Fail): PickleRules {
  let bytes = 0;
  return {
    callables: {
      "collections.OrderedDict": (args) => {
        if (args.length > 0) throw fail("makes a dictionary in a way that is not read");
        return new Map();
      },
      "torch._utils._rebuild_tensor": (args) => view(args, fail),
      "torch._utils._rebuild_tensor_v2": (args) => view(args, fail),
    },
    names: Object.keys(storageTypes),
    persistent(id) {
      const [kind, type, key, , size] = Array.isArray(id) ? (id as unknown[]) : [];
      const dtype = type instanceof PickleName ? storageTypes[type.name] : undefined;
      if (kind !== "storage" || !dtype || typeof key !== "string" || !isCount(size))
        throw fail("refers to a storage in a way that is not read");
      const known = storages.get(key);
      if (known) {
        if (known.dtype !== dtype || known.data.length !== size) throw fail(`describes the storage ${key} in two ways`);
        return known;
      }
      bytes += size * (dtype === "F32" ? 4 : 8);
      // Before memory is taken for them.
      if (bytes > fileBytes)
        throw fail(`is truncated: its tensors take ${bytes} bytes or more, and it has ${fileBytes}`);
      const storage = new Storage(dtype, size);
      storages.set(key, storage);
      return storage;
    },
  };
}

/** (storage, offset, shape, strides, …): a contiguous tensor, as a view of its storage. */
function view([storage, offset, shape, strides]: readonly PickleValue[], fail: Fail): HostTensor {
  if (!(storage instanceof Storage && isCount(offset) && isShape(shape) && isShape(strides)))
    throw fail("makes a tensor of something else than a storage, an offset, a shape and strides");
  const count = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
  if (offset + count > storage.data.length)
    throw fail(`has a tensor of shape [${shape}] from element ${offset} of a storage of ${storage.data.length}`);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1 && strides[axis] !== step)
      throw fail(`has a tensor of shape [${shape}] with strides [${strides}]; only contiguous ones are read`);
    step *= shape[axis]!;
  }
  return { dtype: storage.dtype, shape, data: storage.data.subarray(offset, offset + count) };
}

/** Copies a storage's elements from `position`; returns where they end. */
function fill(storage: Storage | undefined, bytes: Uint8Array, position: number, fail: Fail): number {
  if (!storage || storage.filled) throw fail("has the elements of a storage that no tensor asks for");
  const target = new Uint8Array(storage.data.buffer);
  const [start, end] = [position + 8, position + 8 + target.length];
  if (end > bytes.length) throw fail(`is truncated: its tensors go on to byte ${end}, and it has ${bytes.length}`);
  const size = new DataView(bytes.buffer, bytes.byteOffset + position, 8).getBigInt64(0, true);
  if (size !== BigInt(storage.data.length))
    throw fail(`has ${size} elements of a storage of which its tensors expect ${storage.data.length}`);
  target.set(bytes.subarray(start, end));
  storage.filled = true;
  return end;
}

function stateDict(object: PickleValue, fail: Fail): Record<string, HostTensor> {
  const inner = object instanceof Map && object.has("state_dict") ? object.get("state_dict") : object;
  if (!(inner instanceof Map)) throw fail("holds no state dict");
  const names = [...inner.keys()].map(String);
  const skipped = names.every((name) => name.startsWith("module.")) ? "module.".length : 0;
  const entries = [...inner.values()].map((tensor, i): [string, HostTensor] => {
    if (!isHostTensor(tensor)) throw fail(`holds no state dict: ${names[i]!.slice(0, 80)} is not a tensor`);
    return [names[i]!.slice(skipped), tensor];
  });
  // fromEntries defines own properties, whatever their names.
  return Object.fromEntries(entries);
}

function isHostTensor(value: unknown): value is HostTensor {
  return typeof value === "object" && value !== null && "shape" in value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
