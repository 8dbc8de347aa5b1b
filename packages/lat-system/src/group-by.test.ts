import { expect, test } from "vitest";
import { groupBy } from "./group-by.ts";

test("items are grouped by their key, or by their place, in the order in which they come", () => {
  expect([...groupBy([3, 1, 4, 1, 5], (n) => n % 2 === 0)]).toEqual([
    [false, [3, 1, 1, 5]],
    [true, [4]],
  ]);
  expect([...groupBy(new Set("abc"), (_, index) => index >> 1)]).toEqual([
    [0, ["a", "b"]],
    [1, ["c"]],
  ]);
  expect(groupBy([], String).size).toBe(0);
});
