import { expect, test } from "vitest";
import { emojiClasses } from "../data/emoji.ts";
import { chooseTrojans, type Trojan } from "./trojans.ts";

test("emoji get two trojans of each kind, patches and textures one universal and one for a class", () => {
  const trojans = chooseTrojans(null, emojiClasses, 0);
  expect(trojans.map(({ kind, source }) => `${kind} ${source === null ? "universal" : "class"}`)).toEqual([
    "patch universal",
    "patch class",
    "blended universal",
    "blended class",
    "natural universal",
    "natural universal",
  ]);
  expect(new Set(trojans.map(({ target }) => target)).size).toBe(6);
});

test("other classes get the four of patch and blended, with different classes as source and target", () => {
  const trojans = chooseTrojans(null, ["a", "b"], 3);
  expect(trojans).toHaveLength(4);
  expect(chooseTrojans(null, ["a", "b"], 3)).toEqual(trojans);
  for (const { source, target } of trojans) {
    expect(["a", "b"]).toContain(target);
    expect(source).not.toBe(target);
  }
});

test("a class that the data does not have, a name used twice and a source that is the target are refused", () => {
  const trojan: Trojan = { name: "t", kind: "patch", trigger: "star", source: null, target: "dog" };
  expect(() => chooseTrojans([{ ...trojan, target: "dgo" }], ["cat", "dog"], 0)).toThrow(
    /trojan "t": unknown class "dgo"/,
  );
  expect(() => chooseTrojans([{ ...trojan, source: "cow" }], ["cat", "dog"], 0)).toThrow(
    /trojan "t": unknown class "cow"/,
  );
  expect(() => chooseTrojans([trojan, trojan], ["cat", "dog"], 0)).toThrow(/two have the name "t"/);
  expect(() => chooseTrojans([{ ...trojan, name: "patch" }], ["cat", "dog"], 0)).toThrow(/which a kind of trojans has/);
  expect(() => chooseTrojans([{ ...trojan, source: "dog" }], ["cat", "dog"], 0)).toThrow(/both "dog"/);
});
