import { type ByteSource, fileBytes, fileKind, fileKindBytes, LatError, memoryBytes, show } from "lat-system";
import type { HostTensor, SafetensorsDtype, TensorFile } from "lat-tensorflow";
import { Cursor } from "./cursor.ts";
import { type Fail, objectRules } from "./objects.ts";
import { type PickleRules, type PickleValue, unpickle } from "./pickle.ts";
import { stateDict } from "./state-dict.ts";
import { elementsOf, type Storage, storedTensor } from "./storage.ts";

/*
 * The format that `torch.save` wrote before it wrote zip archives: a magic number, a protocol version, the writer's
 * machine, the saved object and the list of its storages' keys, each a pickle; then for each key the number of elements
 * and the elements. A tensor in the object refers to a storage by its key.
 */

/** What `torch.save` writes first. */
const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** How many more elements tensors may have than the file has bytes: views can repeat elements without end. */
const repeatedElements = 1 << 22;

/**
 * Opens a state dict that PyTorch saved: `torch.save(model.state_dict(), path)`, or a dictionary that has one beside other
 * things. Values are read when they are asked for. The `module.` that DataParallel puts in front of names is left out.
 *
 * Such a file is a program for Python's unpickler; here it is data. It can hold what PyTorch itself reads by default, and
 * a file that asks for anything else is refused. Dense tensors of whole numbers, truth values and floats from 16 bits are
 * read; others are refused where they are wanted.
 *
 * @throws {LatError} where the file cannot be read, is malformed, holds something else, or is a zip archive
 */
export function openTorchFile(path: string): TensorFile {
  const bytes = fileBytes(path);
  try {
    return open(bytes, path);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/** Reads all tensors of such a file; each has memory of its own. */
export function readTorchFile(path: string): Record<string, HostTensor> {
  const file = openTorchFile(path);
  try {
    return readAll(file);
  } finally {
    file.close();
  }
}

/** The same for a file's bytes in memory; `source` names them in errors. */
export function decodeTorchFile(bytes: Uint8Array, source = "PyTorch file"): Record<string, HostTensor> {
  return readAll(open(memoryBytes(bytes), source));
}

function readAll({ tensors }: TensorFile): Record<string, HostTensor> {
  const entries = [...tensors].map(([name, stored]): [string, HostTensor] => {
    const data = stored.read(); // throws where the dtype is not one of HostTensor's
    return [name, { dtype: stored.dtype as SafetensorsDtype, shape: stored.shape, data }];
  });
  // fromEntries defines own properties, whatever their names.
  return Object.fromEntries(entries);
}

function open(bytes: ByteSource, source: string): TensorFile {
  const fail: Fail = (problem) => new LatError(`${source}: ${problem}`);
  checkKind(bytes, fail);
  const cursor = new Cursor(bytes);
  const next = (rules: PickleRules): PickleValue => unpickle(cursor, source, rules);
  if (next(plain) !== magic) throw fail("is a Python pickle, but not a file of torch.save");
  const version = next(plain);
  if (version !== protocol) throw fail(`has the format's version ${show(version)}, expected ${protocol}`);
  const machine = next(plain);
  if (!(machine instanceof Map && machine.get("little_endian") === true))
    throw fail("was not written on a little-endian machine");
  const storages = new Map<string, Storage>();
  const object = next(objectRules(storages, bytes.size, fail));
  const keys = next(plain);
  if (!Array.isArray(keys)) throw fail("has no list of storages");
  place(storages, keys, bytes, cursor.position, fail);
  const tensors = stateDict(object, fail);
  const elements = [...tensors.values()].reduce((sum, { shape }) => sum + elementsOf(shape), 0);
  if (elements > bytes.size + repeatedElements)
    throw fail(`has tensors of ${elements} elements, which repeat those of its ${bytes.size} bytes`);
  const stored = [...tensors].map(([name, tensor]) => [name, storedTensor(source, bytes, name, tensor)] as const);
  return { tensors: new Map(stored), close: () => bytes.close() };
}

const plain: PickleRules = {
  callables: {},
  names: [],
  persistent: () => null,
};

function checkKind(bytes: ByteSource, fail: Fail): void {
  const kind = fileKind(bytes.read(0, Math.min(bytes.size, fileKindBytes)));
  if (kind === "a zip archive")
    throw fail(
      "is a zip archive, which is not read; save it as safetensors, or with torch.save(…, _use_new_zipfile_serialization=False)",
    );
  if (kind !== "a Python pickle") throw fail(`is ${kind ?? "something else"}; expected a file of torch.save`);
}

/** Finds where each storage's elements begin, from `position` on, and checks that they are there to the file's end. */
function place(
  storages: ReadonlyMap<string, Storage>,
  keys: readonly PickleValue[],
  bytes: ByteSource,
  position: number,
  fail: Fail,
): void {
  let end = position;
  for (const key of keys) {
    const storage = storages.get(key as string);
    if (!storage || storage.position !== undefined) throw fail("has the elements of a storage that no tensor asks for");
    storage.position = end + 8;
    if (storage.position + storage.bytes > bytes.size)
      throw fail(
        `is truncated: its tensors go on to byte ${storage.position + storage.bytes}, and it has ${bytes.size}`,
      );
    const count = new DataView(bytes.read(end, 8).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.count))
      throw fail(`has ${count} elements of a storage of which its tensors expect ${storage.count}`);
    end = storage.position + storage.bytes;
  }
  if ([...storages.values()].some((storage) => storage.position === undefined))
    throw fail("lacks the elements of some of its tensors");
  if (end !== bytes.size) throw fail(`${bytes.size - end} bytes after the last tensor belong to none`);
}
