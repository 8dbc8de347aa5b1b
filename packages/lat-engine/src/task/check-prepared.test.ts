import { expect, test } from "vitest";
import type { HeldExamples } from "../examples/example-set.ts";
import { toyNetwork } from "../testing/toy.ts";
import { checkPrepared, droppedInWords, leakOf } from "./check-prepared.ts";
import type { Prepared } from "./task.ts";

const examples: HeldExamples = { size: 3, batch: () => ({}) };
const member = (name: string, key = name) => ({ name, key });
const sound: Prepared = {
  ...toyNetwork,
  defend: examples,
  validation: examples,
  splits: {
    train: [member("a"), member("a", "group 1")],
    validation: [member("b")],
    test: [member("c"), member("d", "c")],
  },
  dropped: { duplicates: 2, contradictions: 0 },
  cases: { "accuracy/clean": 9 },
  evaluate: () => Promise.reject(new Error("not here")),
};

test("what is sound is taken as it is, with what is known of it among the artifacts", () => {
  const { artifacts, ...rest } = checkPrepared({ ...sound, artifacts: { "plan.json": "[]" } });
  expect(rest).toEqual(sound);
  expect(Object.keys(artifacts!)).toEqual(["plan.json", "data.json"]);
  expect(JSON.parse(artifacts!["data.json"]!)).toEqual({
    examples: { implant: 0, defend: 3, validation: 3 },
    dropped: { duplicates: 2, contradictions: 0 },
    cases: { "accuracy/clean": 9 },
  });
});

test("what is in two parts is refused with the parts, how much and the first of it", () => {
  const splits = {
    ...sound.splits,
    test: ["a", "b", "c", "d", "e"].map((name) => member(name.toUpperCase(), name)),
    people: [member("x".repeat(100), "group 1")],
    train: ["a", "c", "d", "e", "group 1"].map((key) => member(key === "a" ? "A" : `${key} in train`, key)),
  };
  expect(() => checkPrepared({ ...sound, splits })).toThrow(
    "the same content is in two parts of the data, so that what is measured was trained on: " +
      '4 in both train and test: "A", "c in train" as "C", "d in train" as "D", and 1 more; ' +
      `1 in both train and people: "group 1 in train" as "${"x".repeat(60)}…"; 1 in both validation and test: "b" as "B"`,
  );
  expect(leakOf(sound.splits)).toBeUndefined();
});

test("a metric without a case is refused by its name", () => {
  const cases = { ...sound.cases, "attack-success-rate/moon": 0 };
  expect(() => checkPrepared({ ...sound, cases })).toThrow(
    /^attack-success-rate\/moon: the held-out data have no case to measure it on/,
  );
});

test("a set without an example is refused by what it is for", () => {
  const none = { ...examples, size: 0 };
  expect(() => checkPrepared({ ...sound, validation: none })).toThrow(/^no example is left to choose on/);
  expect(() => checkPrepared({ ...sound, implant: none })).toThrow(/^no example is left to implant with/);
});

test("a share that comes to no example is refused, a share of none is not", () => {
  const poisoning = {
    plan: "plan",
    share: 0.1,
    poisoned: [],
    reload: () => examples,
    carries: () => false,
    metrics: [],
  };
  expect(() => checkPrepared({ ...sound, implant: examples, poisoning })).toThrow(
    /^a share of 0\.1 of 3 examples is to be poisoned, which is none/,
  );
  expect(() => checkPrepared({ ...sound, implant: examples, poisoning: { ...poisoning, share: 0 } })).not.toThrow();
});

test("what was left out is said by kind", () => {
  expect(droppedInWords({ duplicates: 12, contradictions: 1, "texts of two requests": 0 })).toBe(
    "left out of the data: 12 duplicates, 1 contradictions",
  );
  expect(droppedInWords({ duplicates: 0 })).toBeUndefined();
});
