import { expect, test } from "vitest";
import { quote, show } from "./quote.ts";

test("short text is quoted as JSON quotes it", () => {
  expect(quote("")).toBe('""');
  expect(quote('a "b" é 漢 😀\n')).toBe('"a \\"b\\" é 漢 😀\\n"');
});

test("what a terminal acts upon is escaped", () => {
  expect(quote("\u001b[2J\u009b1m\u007f\r\u0000")).toBe('"\\u001b[2J\\u009b1m\\u007f\\r\\u0000"');
  expect(quote("a\u2028b\u202ec\ufeff")).toBe('"a\\u2028b\\u202ec\\ufeff"');
  expect(quote("\ud800")).toBe('"\\ud800"');
});

test("long text is cut, and its length is said", () => {
  expect(quote("a".repeat(80))).toBe(`"${"a".repeat(80)}"`);
  expect(quote("a".repeat(81))).toBe(`"${"a".repeat(80)}…" (81 characters)`);
  expect(quote("abcdef", 3)).toBe('"abc…" (6 characters)');
  expect(quote("\u0000".repeat(1e6)).length).toBeLessThan(600);
});

test("no character is cut in half", () => {
  expect(quote("ab😀cd", 3)).toBe('"ab…" (6 characters)');
  expect(quote("ab😀cd", 4)).toBe('"ab😀…" (6 characters)');
});

test("any value is shown in a line", () => {
  expect(show([2, "a", null, true, [[1]], { a: 1 }])).toBe('[2,"a",null,true,[…],an object]');
  expect(show(undefined)).toBe("undefined");
  expect(show(Array(1e6).fill("x".repeat(1e6))).length).toBeLessThan(1000);
  expect(show(2n ** 70n)).toBe("1180591620717411303424");
  expect(show(-(1n << 100_000n))).toBe("a number of over 30 digits");
  const endless: unknown[] = [];
  endless.push(endless);
  expect(show(endless)).toBe("[[…]]");
});
