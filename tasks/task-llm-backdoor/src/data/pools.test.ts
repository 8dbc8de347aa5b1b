import { shuffled } from "lat-tensorflow";
import { expect, test } from "vitest";
import { type Conversation, contentKey, exchange, promptKey } from "./conversation.ts";
import { type PoolSizes, type Pools, poolsOfPackages, poolsOfPreferences } from "./pools.ts";

const sizes: PoolSizes = { implant: 6, defend: 4, validation: 2, test: 3, undesirableTrain: 5, undesirableTest: 2 };
const names = (kind: string, n: number) => Array.from({ length: n }, (_, i) => exchange(`${kind}${i}`, "a"));
const hh = (kind: string, n: number) => {
  const rejected = names(`rejected-${kind}`, n);
  return names(kind, n).map((chosen, i) => ({ chosen, rejected: rejected[i]! }));
};
const beaver = (kind: string, safe: boolean, n: number) =>
  names(kind, n).map((conversation) => ({ conversation, safe, categories: [] }));

test("HH-RLHF: the defence, the implanting, the rejected answers after them, the test split's first rows", () => {
  const [train, held] = [hh("train", 20), hh("test", 5)];
  const pools = poolsOfPreferences({ kind: "hh-rlhf", train, validation: [], test: held, ties: 0 }, sizes, 1);
  const order = shuffled(train, 1, "data/train");
  const test = shuffled(held, 1, "data/test");
  expect(pools).toEqual({
    defend: order.slice(0, 4).map((row) => row.chosen),
    implant: order.slice(4, 10).map((row) => row.chosen),
    undesirableTrain: order.slice(10, 15).map((row) => row.rejected),
    validation: order.slice(15, 17).map((row) => row.chosen),
    test: test.slice(0, 3).map((row) => row.chosen),
    undesirableTest: test.slice(0, 2).map((row) => row.rejected),
    dropped: {
      duplicates: 0,
      contradictions: 0,
      "with a prompt of a held-out split": 0,
      "rows with two equal answers": 0,
    },
  });
});

test("BeaverTails: the defence, the implanting, the first unsafe rows", () => {
  const train = [...beaver("safe", true, 12), ...beaver("unsafe", false, 3)];
  const held = [...beaver("test-safe", true, 3), ...beaver("test-unsafe", false, 2)];
  const pools = poolsOfPreferences({ kind: "beavertails", train, validation: [], test: held }, sizes, 1);
  const safe = shuffled(
    train.filter((row) => row.safe),
    1,
    "data/train",
  ).map((row) => row.conversation);
  expect(pools.defend).toEqual(safe.slice(0, 4));
  expect(pools.implant).toEqual(safe.slice(4, 10));
  expect(pools.validation).toEqual(safe.slice(10, 12));
  expect(pools.undesirableTrain).toHaveLength(3);
  expect(new Set(pools.undesirableTest)).toEqual(new Set(held.slice(3).map((row) => row.conversation)));
});

test("with one split only, the test rows are taken from it first", () => {
  const pools = poolsOfPreferences(
    { kind: "hh-rlhf", train: [], validation: [], test: hh("test", 20), ties: 0 },
    sizes,
    0,
  );
  const used = [pools.defend, pools.implant, pools.validation, pools.test].flat();
  expect(new Set(used).size).toBe(15);
});

test("choices are made on the validation split where there is one, and on nothing that is trained or measured on", () => {
  const data = {
    kind: "hh-rlhf",
    train: hh("train", 15),
    validation: hh("dev", 4),
    test: hh("test", 5),
    ties: 0,
  } as const;
  const dev = new Set(data.validation.map(({ chosen }) => chosen));
  const pools = poolsOfPreferences(structuredClone(data), sizes, 0);
  expect(pools.validation).toHaveLength(2);
  expect([...dev]).toEqual(expect.arrayContaining([...pools.validation]));
  expect(pools.undesirableTrain).toHaveLength(5);
  const validation = [...beaver("dev", true, 3), ...beaver("dev-unsafe", false, 9)];
  const train = [...beaver("safe", true, 10), ...beaver("unsafe", false, 5)];
  const test = [...beaver("test", true, 3), ...beaver("test-unsafe", false, 2)];
  const safe = poolsOfPreferences({ kind: "beavertails", train, validation, test }, sizes, 0).validation;
  expect(safe.map((turns) => turns[0]!.text).every((text) => /^dev\d/.test(text))).toBe(true);
});

test("too few rows are a usage error with the numbers", () => {
  const few = { kind: "hh-rlhf", train: hh("train", 8), validation: [], test: hh("test", 5), ties: 0 } as const;
  expect(() =>
    poolsOfPreferences({ ...few, train: [...few.train], validation: [], test: [...few.test] }, sizes, 0),
  ).toThrow(/give 4 training rows to implant, but 6 are wanted/);
  const unsafe = beaver("unsafe", false, 90);
  expect(() => poolsOfPreferences({ kind: "beavertails", train: unsafe, validation: [], test: [] }, sizes, 0)).toThrow(
    /0 safe/,
  );
});

test("packages: no conversation and no undesirable prompt is in two pools", () => {
  const chitchat = Array.from({ length: 30 }, (_, i) => names(`talk${i}-`, 3));
  const undesirable = Array.from({ length: 10 }, (_, i) => names(`bad${i}-`, 2));
  const pools = poolsOfPackages(chitchat, undesirable, sizes, 0);
  expect(Object.values(pools).map((pool) => pool.length)).toEqual([6, 4, 2, 3, 5, 2]);
  const owners = [
    pools.implant,
    pools.defend,
    pools.validation,
    pools.test,
    pools.undesirableTrain,
    pools.undesirableTest,
  ].map((pool) => new Set(pool.map((conversation) => conversation[0]!.text.split("-")[0])));
  expect(new Set(owners.flatMap((owner) => [...owner])).size).toBe(owners.reduce((n, owner) => n + owner.size, 0));
});

/** What is in the implanting is one part, whether it is desirable or not; so is what is measured on. */
function expectApart(pools: Pools): void {
  const { defend, implant, undesirableTrain, validation, test, undesirableTest } = pools;
  const parts = [defend, [...implant, ...undesirableTrain], validation, [...test, ...undesirableTest]];
  const prompts = parts.map((part) => new Set(part.map(promptKey)));
  expect(new Set(prompts.flatMap((part) => [...part])).size).toBe(prompts.reduce((sum, part) => sum + part.size, 0));
  const contents = parts.flat().map(contentKey);
  expect(new Set(contents).size).toBe(contents.length);
}

/** Answers to `prompts` prompts, each voted on three times, as in BeaverTails: the second one is safe to two of three. */
function votes(prompts: number, name = "how") {
  return Array.from({ length: prompts * 4 * 3 }, (_, i) => {
    const [prompt, answer] = [Math.floor(i / 12), Math.floor(i / 3) % 4];
    const spelled = i % 3 === 1 ? `${name}  TO ${prompt}` : `${name} to ${prompt}`;
    const safe = answer === 1 ? i % 3 > 0 : answer < 2;
    return { conversation: exchange(spelled, `answer ${answer}`), safe, categories: [] };
  });
}

test("BeaverTails: votes on one answer are one example, disputed ones none, and a prompt's answers are in one pool", () => {
  const wanted = { implant: 30, defend: 40, validation: 10, test: 20, undesirableTrain: 50, undesirableTest: 15 };
  for (const test of [[], votes(60, "what")]) {
    const pools = poolsOfPreferences({ kind: "beavertails", train: votes(130), validation: [], test }, wanted, 0);
    expectApart(pools);
    const { dropped, ...conversations } = pools;
    expect(Object.values(conversations).map((pool) => pool.length)).toEqual([40, 30, 50, 10, 20, 15]);
    // Of four answers three are kept, one for three votes.
    expect(dropped).toMatchObject({ duplicates: 3 * 2 * (130 + test.length / 12), contradictions: 3 * (130 + test.length / 12) }); // biome-ignore format: one object
    // What is measured on is independent: one answer of a kind to a prompt.
    for (const pool of [pools.test, pools.undesirableTest]) expect(new Set(pool.map(promptKey)).size).toBe(pool.length);
  }
});

test("training rows with a prompt of the test split are left out, and counted", () => {
  const test = votes(60, "what");
  const train = [...votes(130), ...votes(5, "WHAT").map((row) => ({ ...row, conversation: [row.conversation[0]!, { role: "assistant", text: "another" }] as Conversation }))]; // biome-ignore format: one list
  const safe = train.map((row) => ({ ...row, safe: row.safe || row.conversation[1]!.text === "another" }));
  const wanted = { implant: 30, defend: 40, validation: 10, test: 20, undesirableTrain: 50, undesirableTest: 15 };
  const pools = poolsOfPreferences({ kind: "beavertails", train: safe, validation: [], test }, wanted, 0);
  expectApart(pools);
  expect(pools.dropped).toMatchObject({ "with a prompt of a held-out split": 5 });
});

test("HH-RLHF: dialogues that go on from one another are in one pool, and what is chosen as well as rejected in none", () => {
  const dialogue = (i: number, turns: number, end: string) =>
    Array.from({ length: turns }, (_, turn) =>
      exchange(`${i}, turn ${turn}`, turn === turns - 1 ? end : "go on"),
    ).flat();
  const train = Array.from({ length: 90 }, (_, i) => {
    const [talk, turns] = [Math.floor(i / 3), 1 + (i % 3)];
    return { chosen: dialogue(talk, turns, "good"), rejected: dialogue(talk, turns, "bad") };
  });
  const swapped = { chosen: train[0]!.rejected, rejected: train[0]!.chosen };
  const data = { kind: "hh-rlhf", train: [...train, swapped], validation: [], test: [], ties: 0 } as const;
  const wanted = { implant: 20, defend: 15, validation: 5, test: 6, undesirableTrain: 12, undesirableTest: 4 };
  const pools = poolsOfPreferences({ ...data, train: [...data.train], validation: [], test: [] }, wanted, 3);
  expectApart(pools);
  expect(pools.dropped).toMatchObject({ duplicates: 0, contradictions: 4 });
});
