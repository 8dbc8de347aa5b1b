import { LatError } from "./errors.ts";
import { quote } from "./quote.ts";

export type SplitName = "train" | "validation" | "test";

/** The words that data sets call their splits by. Source: the file names that the Hugging Face Hub reads splits from. */
const words: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
  eval: "test",
  evaluation: "test",
};

/** The split that a word names, in capitals or not: `val` names `validation`. */
export function splitOfWord(word: string): SplitName | undefined {
  const key = word.toLowerCase();
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

/**
 * The split that a file belongs to by its name below the folder of the data: where a whole part of the path is the word
 * (`Test/a.jsonl`, `dev.jsonl`), else where a word of the file's own name is (`330k_train-00000-of-00001.parquet`).
 * `greatest-hits/a.jsonl` is in none.
 *
 * @throws {LatError} where the name says two splits
 */
export function splitOfName(name: string): SplitName | undefined {
  const parts = name.split("/");
  const own = parts.pop()!;
  return oneOf([...parts, own.replace(/\..*$/, "")], name) ?? oneOf(own.split(/[^a-z]+/i), name);
}

function oneOf(candidates: readonly string[], name: string): SplitName | undefined {
  const splits = [...new Set(candidates.flatMap((word) => splitOfWord(word) ?? []))];
  if (splits.length <= 1) return splits[0];
  throw new LatError(`${quote(name)} names two splits, ${splits.join(" and ")}; rename it, so that it is in one`);
}
