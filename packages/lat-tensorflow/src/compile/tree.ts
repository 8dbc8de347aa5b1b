import type { Tensor } from "@tensorflow/tfjs-core";
import { tf } from "../load.ts";

/** Rebuilds a tree of the same structure from its leaves, in the order in which `flatten` found them. */
export type Rebuild = (leaves: readonly Tensor[]) => unknown;

export interface Flat {
  readonly leaves: Tensor[];
  /** `args[2].weights`: where each leaf was found, for messages. */
  readonly paths: string[];
  /** The structure without the tensors; two trees of one structure have equal strings. */
  readonly structure: string;
  readonly rebuild: Rebuild;
}

/**
 * Takes nested arrays and plain objects of tensors apart. The order in which an object got its keys does not count: it
 * comes back with sorted ones, or a checkpoint read in another order would sum in another order. Anything else inside is refused: a number or a string would
 * become part of a compiled function and stay what it was at the first call.
 */
export function flatten(tree: unknown, root: string): Flat {
  const leaves: Tensor[] = [];
  const paths: string[] = [];
  let structure = "";

  function visit(node: unknown, path: string): Rebuild {
    if (node instanceof tf.Tensor) {
      const index = leaves.push(node) - 1;
      paths.push(path);
      structure += "t";
      return (all) => all[index]!;
    }
    if (node === null || node === undefined) {
      structure += "0";
      return () => node;
    }
    if (Array.isArray(node)) {
      structure += "[";
      const parts = node.map((element, i) => visit(element, `${path}[${i}]`));
      structure += "]";
      return (all) => parts.map((part) => part(all));
    }
    if (typeof node === "object" && Object.getPrototypeOf(node) === Object.prototype) {
      structure += "{";
      const parts = Object.keys(node)
        .sort()
        .map((key) => {
          structure += `${JSON.stringify(key)}:`;
          return [key, visit((node as Record<string, unknown>)[key], `${path}.${key}`)] as const;
        });
      structure += "}";
      return (all) => Object.fromEntries(parts.map(([key, part]) => [key, part(all)]));
    }
    throw new TypeError(
      `${path} is ${describe(node)}: a compiled function takes and returns tensors, alone or in arrays and plain objects. ` +
        "Pass a number that changes as tf.scalar(…); close over one that does not.",
    );
  }

  const rebuild = visit(tree, root);
  return { leaves, paths, structure, rebuild };
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null)
    return `an instance of ${value.constructor?.name ?? "an unknown class"}`;
  return `the ${typeof value} ${String(value)}`;
}
