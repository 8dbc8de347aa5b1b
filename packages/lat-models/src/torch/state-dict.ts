import { show } from "lat-system";
import type { Fail } from "./objects.ts";
import type { PickleValue } from "./pickle.ts";
import { Tensor } from "./storage.ts";

/** Under what programs keep a state dict that has company: of several, these are the ones that are meant. */
const wrappers = ["state_dict", "model_state_dict", "model", "net"];

/**
 * The tensors by name of a saved object: a dictionary of tensors, or one that has it among its values, under a usual name
 * or as the only one. What stands beside tensors is passed over. The `module.` that DataParallel puts in front of names
 * is left out.
 */
export function stateDict(object: PickleValue, fail: Fail): Map<string, Tensor> {
  if (!(object instanceof Map)) throw fail("holds no state dict");
  const named = wrappers.filter((name) => object.get(name) instanceof Map);
  const other = [...object].filter(([, value]) => value instanceof Map && hasTensors(value)).map(([key]) => key);
  const keys: PickleValue[] = named.length > 0 ? named : other;
  if (keys.length > 1 || (named.length === 0 && keys.length > 0 && hasTensors(object)))
    throw fail(`holds several state dicts (${show([...keys])}); save the one that is meant alone`);
  return tensors(keys.length > 0 ? (object.get(keys[0]!) as Map<PickleValue, PickleValue>) : object, fail);
}

function hasTensors(map: Map<PickleValue, PickleValue>): boolean {
  return [...map.values()].some((value) => value instanceof Tensor);
}

function tensors(map: Map<PickleValue, PickleValue>, fail: Fail): Map<string, Tensor> {
  const found = [...map].filter(([, value]) => value instanceof Tensor) as [PickleValue, Tensor][];
  const [first] = map.keys();
  if (found.length === 0 && map.size > 0) throw fail(`holds no state dict: ${show(first)} is not a tensor`);
  // A 1 and a "1" would have one name.
  const unnamed = found.find(([key]) => typeof key !== "string");
  if (unnamed) throw fail(`holds no state dict: its key ${show(unnamed[0])} is not text`);
  const parallel = found.every(([key]) => (key as string).startsWith("module."));
  return new Map(found.map(([key, tensor]) => [(key as string).slice(parallel ? "module.".length : 0), tensor]));
}
