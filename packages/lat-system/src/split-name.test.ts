import { expect, test } from "vitest";
import { splitOfName } from "./split-name.ts";

test.each([
  ["train/a.jsonl", "train"],
  ["en/Test/a.jsonl", "test"],
  ["a/VAL/1.jpg", "validation"],
  ["dev.jsonl.gz", "validation"],
  ["validation/0.parquet", "validation"],
  ["330k_train-00000-of-00001.parquet", "train"],
  ["harmless/hh-test.jsonl", "test"],
  ["train/greatest-test-hits.jsonl", "train"],
])("%s is of the split %s", (name, split) => {
  expect(splitOfName(name)).toBe(split);
});

test.each([
  "greatest-hits/a.jsonl",
  "latest/a.jsonl",
  "contest.jsonl",
  "attested/trainer.jsonl",
  "test-drives/a.jsonl",
  "constructor/a",
])("%s is of none", (name) => {
  expect(splitOfName(name)).toBeUndefined();
});

test("a name of two splits is refused", () => {
  expect(() => splitOfName("test/train.jsonl")).toThrow(
    '"test/train.jsonl" names two splits, test and train; rename it',
  );
  expect(() => splitOfName("a/dev-test.jsonl")).toThrow(/two splits, validation and test/);
  expect(splitOfName("test/x/eval.jsonl")).toBe("test");
});
