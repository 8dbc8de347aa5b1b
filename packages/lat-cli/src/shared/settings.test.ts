import { resolve } from "node:path";
import { UsageError } from "lat-system";
import { describe, expect, it } from "vitest";
import { parseHeldOut, parseSettings } from "./settings.ts";

describe("parseSettings", () => {
  it("reads values as YAML", () => {
    const settings = ["a.b=1e-4", "c=true", "d=null", "e=words here", "f=[0, 1]", "g={relative: 0.1}", "h=x=y"];
    expect(parseSettings(settings)).toEqual({
      "a.b": 1e-4,
      c: true,
      d: null,
      e: "words here",
      f: [0, 1],
      g: { relative: 0.1 },
      h: "x=y",
    });
  });

  it("lets the last of equal keys win, and takes none", () => {
    expect(parseSettings(["a=1", "a=2"])).toEqual({ a: 2 });
    expect(parseSettings()).toEqual({});
  });

  it.each([
    ["learningRate", "expected key=value"],
    ["=1", "expected key=value"],
    ["a=[1", "--set a:"],
  ])("refuses %j", (setting, message) => {
    expect(() => parseSettings([setting])).toThrow(UsageError);
    expect(() => parseSettings([setting])).toThrow(message);
  });
});

describe("parseHeldOut", () => {
  it("names files that a task measures on, wherever it is run from", () => {
    expect(parseHeldOut(["people=sets/a=b.csv", "more=/c.jsonl"])).toEqual({
      "options.heldout.people": resolve("sets/a=b.csv"),
      "options.heldout.more": "/c.jsonl",
    });
    expect(parseHeldOut()).toEqual({});
  });

  it.each(["people.csv", "=people.csv"])("refuses %j", (set) => {
    expect(() => parseHeldOut([set])).toThrow(UsageError);
    expect(() => parseHeldOut([set])).toThrow(`--heldout: received "${set}", expected name=file`);
  });
});
