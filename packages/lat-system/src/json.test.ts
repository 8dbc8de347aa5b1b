import { expect, test } from "vitest";
import { DuplicateKeyError, parseJson } from "./json.ts";

const none = /^$/;

test.each([
  "0",
  '"a\\"b"',
  "[]",
  "{}",
  "[1,-2.5e-3,true,false,null]",
  '{"a":{"b":[{"c":"}{\\\\"}]},"":" : "}',
  ' { "a" :\n1 } ',
])("%s is read as JSON.parse reads it", (text) => {
  expect(parseJson(text, none)).toEqual(JSON.parse(text));
});

test.each(['{"a":1,"a":2}', '{"a":1, "\\u0061" :2}', '[{"b":{"x":1,"x":1}}]', '{"\\"{":1,"a":1,"a":1}'])(
  "equal keys of one object are refused: %s",
  (text) => {
    expect(() => parseJson(text, none)).toThrow(DuplicateKeyError);
  },
);

test("equal keys of several objects, and equal strings that are no keys, are not", () => {
  const text = '{"a":{"a":1},"b":[{"a":"a"},{"a":"a"}]}';
  expect(parseJson(text, none)).toEqual(JSON.parse(text));
});

test("odd numbers become text, or what stands in for them, and only outside of quotes", () => {
  expect(parseJson('{"a": NaN, "b": [-Infinity, 1.5], "NaN": "NaN"}', /^(NaN|-?Infinity)$/)).toEqual({
    a: "NaN",
    b: ["-Infinity", 1.5],
    NaN: "NaN",
  });
  expect(parseJson("[2.0,2,-0,1e3]", /[-.e]/)).toEqual(["2.0", 2, "-0", "1e3"]);
  expect(parseJson('[NaN,"NaN",1]', /NaN/, () => null)).toEqual([null, "NaN", 1]);
  expect(parseJson("[-0]", /-0/, (scalar) => [scalar])).toEqual([["-0"]]);
});

test.each(["", "{", '{"a"}', "[1.]", "nul", '"', '"\\', "[-.e1]", '{"\\x":1}', "[1-1]", "{-1:2}", "{2.0 : 1}"])(
  "%j is no JSON",
  (text) => {
    expect(() => parseJson(text, /[-.e]/)).toThrow(SyntaxError);
  },
);

test("megabytes of escapes are read in no more than a second or two", () => {
  const name = "\\n".repeat(1e6);
  const start = performance.now();
  expect(() => parseJson(`{"${name}":1,"${name}":1}`, none)).toThrow(/stands twice/);
  expect(performance.now() - start).toBeLessThan(2000);
});
