import { UsageError } from "lat-system";
import { describe, expect, it } from "vitest";
import { parseSettings } from "./settings.ts";

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
