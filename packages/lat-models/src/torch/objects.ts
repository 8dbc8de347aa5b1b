import { type LatError, quote, show } from "lat-system";
import { PickleName, type PickleRules, type PickleValue } from "./pickle.ts";
import { elementsOf, namedDtypes, Storage, StorageView, storageTypes, Tensor } from "./storage.ts";

export type Fail = (problem: string) => LatError;

/** A value that may stand beside weights, such as a set or bytes, and that is not looked into. */
class Company {}

/** PyTorch's own limit. */
const maximumRank = 64;
/** More elements than any memory holds, were none of the sizes 0. */
const maximumElements = 2 ** 36;

type Callable = (args: readonly PickleValue[]) => PickleValue;

/**
 * What the saved object may ask for: what PyTorch itself allows by default. Tensors of kinds that are not read are values
 * like any other, and are refused where they are wanted.
 *
 * @param storages is filled with the storages that the object refers to, by key
 */
export function objectRules(storages: Map<string, Storage>, fileBytes: number, fail: Fail): PickleRules {
  const views = new Map<string, StorageView>();
  let bytes = 0;

  const storageOf = (type: string, key: string, count: number): Storage => {
    const known = storages.get(key);
    if (known) {
      if (known.type !== type || known.count !== count) throw fail(`describes the storage ${quote(key)} in two ways`);
      return known;
    }
    const storage = new Storage(type, count);
    bytes += storage.bytes;
    if (bytes > fileBytes) throw fail(`is truncated: its tensors take ${bytes} bytes or more, and it has ${fileBytes}`);
    storages.set(key, storage);
    return storage;
  };

  const viewOf = (root: Storage, description: PickleValue): StorageView => {
    if (description === null) return new StorageView(root, 0, root.count);
    const [key, offset, count] = Array.isArray(description) ? (description as unknown[]) : [];
    if (typeof key !== "string" || !isCount(offset) || !isCount(count) || offset + count > root.count)
      throw fail("has a view of a storage that does not lie in it");
    const known = views.get(key) ?? new StorageView(root, offset, count);
    const other = known.root !== root || known.offset !== offset || known.count !== count;
    if (other || (storages.has(key) && storages.get(key) !== root))
      throw fail(`describes the storage ${quote(key)} in two ways`);
    views.set(key, known);
    return known;
  };

  const callables: Record<string, Callable> = {
    "collections.OrderedDict": (args) => {
      if (args.length > 0) throw fail("makes a dictionary in a way that is not read");
      return new Map();
    },
    "collections.defaultdict": (args) => {
      if (args.length > 1) throw fail("makes a dictionary in a way that is not read");
      return new Map();
    },
    "torch.Size": ([sizes]) => sizes ?? [],
    "torch._utils._rebuild_tensor": (args) => tensorOf(args, fail),
    "torch._utils._rebuild_tensor_v2": (args) => tensorOf(args, fail, args[6]),
    "torch._utils._rebuild_tensor_v3": (args) => tensorOf(args, fail, args[7], args[6]),
    "torch._utils._rebuild_parameter": ([tensor]) => parameter(tensor, fail),
    "torch._utils._rebuild_parameter_with_state": ([tensor]) => parameter(tensor, fail),
    "torch._tensor._rebuild_from_type_v2": ([make, , args]) => {
      const rebuild =
        make instanceof PickleName && make.name.startsWith("torch._utils._rebuild_") && callables[make.name];
      if (!rebuild || !Array.isArray(args)) throw fail("makes a tensor in a way that is not read");
      return rebuild(args);
    },
    ...Object.fromEntries(companyNames.map((name) => [name, () => new Company()])),
    ...Object.fromEntries(Object.entries(unread).map(([name, kind]) => [name, () => new Tensor(kind, [])])),
  };
  return {
    callables,
    names: [
      ...Object.keys(storageTypes),
      ...Object.keys(namedDtypes),
      ...plainNames,
      ...["list", "dict", "int", "float", "str", "tuple", "bool"].flatMap(ofBuiltins),
    ],
    persistent(id) {
      const [kind, type, key, , count, view = null] = Array.isArray(id) ? (id as PickleValue[]) : [];
      const known = type instanceof PickleName && Object.hasOwn(storageTypes, type.name);
      if (kind !== "storage" || !known || typeof key !== "string" || !isCount(count))
        throw fail("refers to a storage in a way that is not read");
      return viewOf(storageOf(type.name, key, count), view);
    },
  };
}

const ofBuiltins = (name: string) => [`__builtin__.${name}`, `builtins.${name}`];

/** What makes values that stand beside weights. */
const companyNames: readonly string[] = [
  ...["_codecs.encode", "collections.Counter", "torch.device", "torch.serialization._get_layout"],
  ...["set", "bytearray", "complex"].flatMap(ofBuiltins),
];

/** Kinds of tensors that are not read, by the function that makes them. */
const unread: Readonly<Record<string, string>> = {
  "torch._utils._rebuild_qtensor": "a quantised tensor",
  "torch._utils._rebuild_sparse_tensor": "a sparse tensor",
  "torch._utils._rebuild_meta_tensor_no_storage": "a tensor without values",
  "torch._utils._rebuild_nested_tensor": "a nested tensor",
  "torch._utils._rebuild_wrapper_subclass": "a tensor of a class of its own",
  "torch._utils._rebuild_device_tensor_from_numpy": "a tensor of another device",
  "torch._utils._rebuild_device_tensor_from_cpu_tensor": "a tensor of another device",
};

/** What stands as an argument or a value beside weights. */
const plainNames: readonly string[] = [
  ...["Tensor", "nn.parameter.Parameter", "nn.parameter.Buffer"],
  ...["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"],
  ...["complex64", "complex128", "qint8", "quint8", "qint32", "quint4x2", "quint2x4"],
  ...["per_tensor_affine", "per_tensor_symmetric", "per_channel_affine", "per_channel_symmetric"],
  "per_channel_affine_float_qparams",
].map((name) => `torch.${name}`);

/** (storage, offset, shape, strides, …) → the tensor that is this view of the storage. */
function tensorOf(args: readonly PickleValue[], fail: Fail, metadata: PickleValue = null, named?: PickleValue): Tensor {
  const [storage, offset, shape, strides] = args;
  const isView = storage instanceof StorageView && isCount(offset) && isShape(shape) && isShape(strides);
  if (!isView || shape.length !== strides.length)
    throw fail("makes a tensor of something else than a storage, an offset, a shape and strides");
  const { type } = storage.root;
  const untyped = type === "torch.storage.UntypedStorage";
  const element = untyped && named instanceof PickleName ? namedDtypes[named.name] : storageTypes[type]!;
  if (!element || untyped !== (named !== undefined)) throw fail("has a tensor that does not say what its bytes are");
  const elements = untyped ? Math.floor(storage.count / element.bytes) : storage.count;
  const count = elementsOf(shape);
  const last = count === 0 ? -1 : shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  if (elementsOf(shape.map((size) => size || 1)) > maximumElements || offset + last >= elements)
    throw fail(`has a tensor of shape ${show(shape)} from element ${offset} of a storage of ${elements}`);
  const view = { storage, offset, strides, negative: isNegative(metadata, fail), elementBytes: element.bytes };
  return new Tensor(element.dtype, shape, view);
}

/** Whether a tensor's elements are to be read with the other sign: what else it may say beside them is not read. */
function isNegative(metadata: PickleValue, fail: Fail): boolean {
  if (metadata === null || (metadata instanceof Map && metadata.size === 0)) return false;
  // PyTorch writes true, and asks only whether the key is there.
  const [key, value] = metadata instanceof Map ? [...metadata].at(-1)! : [];
  if (key !== "neg" || value !== true || (metadata as Map<PickleValue, PickleValue>).size > 1)
    throw fail(`has a tensor with the property ${show(key ?? metadata)}, which is not read`);
  return true;
}

function parameter(tensor: PickleValue | undefined, fail: Fail): Tensor {
  if (!(tensor instanceof Tensor)) throw fail("makes a parameter of something else than a tensor");
  return tensor;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= maximumRank && value.every(isCount);
}
