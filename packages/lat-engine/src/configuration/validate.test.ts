import { LatError, UsageError } from "lat-system";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { validate, validateContent } from "./validate.ts";

const schema = z.strictObject({
  names: z.array(z.enum(["x", "y"])).min(1),
  title: z.string().min(1),
  bound: z.number().min(1).max(2).nullable(),
  weights: z.record(z.string(), z.number()),
  kind: z.discriminatedUnion("of", [z.object({ of: z.literal("a") }), z.object({ of: z.literal("b") })]),
  deep: z.object({ er: z.strictObject({ flag: z.boolean().default(true) }) }).optional(),
  letter: z.string().refine((text) => text.length === 1, "expected one letter"),
});
const good = { names: ["x"], title: "t", bound: null, weights: {}, kind: { of: "a" }, letter: "l" };
const problems = (changes: object): string[] => {
  try {
    validate(schema, { ...good, ...changes }, "options");
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message.split("\n");
  }
  return [];
};

describe("validate", () => {
  it("gives the value with its defaults", () => {
    expect(validate(schema, { ...good, deep: { er: {} } }, "options")).toEqual({
      ...good,
      deep: { er: { flag: true } },
    });
  });

  it.each([
    [{ names: ["x", "z"] }, 'options.names.1: received "z", expected one of x, y'],
    [{ names: [] }, "options.names: received [], expected a list of at least 1, each one of x, y"],
    [{ names: "x" }, 'options.names: received "x", expected a list of at least 1, each one of x, y'],
    [{ title: "" }, 'options.title: received "", expected a text that is not empty'],
    [{ title: undefined }, "options.title: missing, expected a text that is not empty"],
    [{ bound: 3 }, "options.bound: received 3, expected a number from 1 to 2, or null"],
    [{ weights: { a: "1" } }, 'options.weights.a: received "1", expected a number'],
    [{ kind: { of: "c" } }, 'options.kind.of: received "c", expected "a", or "b"'],
    [{ deep: { er: { flag: 1 } } }, "options.deep.er.flag: received 1, expected true or false"],
    [{ deep: { er: { flog: 1 } } }, 'options.deep.er.flog: unknown key; did you mean "flag"? Known: flag'],
    [{ letter: "ab" }, 'options.letter: received "ab", expected one letter'],
  ])("answers %j with the key, the value and what is allowed", (changes, message) => {
    expect(problems(changes)).toEqual([message]);
  });

  it("answers every mistake", () => {
    expect(problems({ title: 1, bound: "b" })).toHaveLength(2);
  });
});

describe("validateContent", () => {
  it("names the source, which is not the request's fault", () => {
    const call = (content: unknown) => () =>
      validateContent(z.strictObject({ loss: z.number() }), content, "/run/result.json");
    expect(call({ loss: 1 })()).toEqual({ loss: 1 });
    expect(call({ loss: null })).toThrow(
      "/run/result.json does not hold what it should:\nloss: received null, expected a number",
    );
    expect(call(undefined)).toThrow("it: missing, expected an object with the key loss");
    try {
      call([])();
    } catch (error) {
      expect(error).toBeInstanceOf(LatError);
      expect((error as LatError).exitCode).toBe(1);
    }
  });
});

it("keeps messages short, whatever a file holds", () => {
  const schema = z.strictObject({ a: z.number(), list: z.array(z.number()) });
  const long = "x".repeat(100_000);
  const content = { a: long, list: Array<string>(500).fill(long), [long]: 1, "\u001b[2J": 2 };
  let message = "";
  try {
    validateContent(schema, content, "a.json");
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message.length).toBeLessThan(4000);
  expect(message).toContain("and 491 more");
  expect(message).not.toContain("\u001b");
});
