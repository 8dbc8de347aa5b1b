import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { collect, collectWhole, device, names, number, numberGrid, wholeNumber, wholeNumbers } from "./options.ts";

describe("numberGrid", () => {
  it("spaces from:to:count evenly, both ends included", () => {
    expect(numberGrid("1:16:6")).toEqual([1, 4, 7, 10, 13, 16]);
    expect(numberGrid("0.5:1:2")).toEqual([0.5, 1]);
  });

  it("takes a list as it is", () => {
    expect(numberGrid("1,4, 16.5")).toEqual([1, 4, 16.5]);
    expect(numberGrid("3e-1")).toEqual([0.3]);
  });

  it.each(["1:16", "1:16:1", "1:16:2.5", "1:16:6:2", "a:16:6", "1,,2", "", "1,NaN", "Infinity"])(
    "refuses %j",
    (text) => {
      expect(() => numberGrid(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe("single values", () => {
  it("reads numbers", () => {
    expect([number("8"), number("-1.5"), number("1e-3")]).toEqual([8, -1.5, 0.001]);
    expect([wholeNumber("0"), wholeNumber("12")]).toEqual([0, 12]);
    expect(wholeNumbers("0,1,2")).toEqual([0, 1, 2]);
  });

  it.each(["", " ", "x", "NaN", "1x"])("refuses %j as a number", (text) => {
    expect(() => number(text)).toThrow(InvalidArgumentError);
  });

  it.each(["-1", "1.5", "x", "1e30"])("refuses %j as a whole number", (text) => {
    expect(() => wholeNumber(text)).toThrow(InvalidArgumentError);
  });

  it("knows two devices", () => {
    expect([device("cpu"), device("gpu")]).toEqual(["cpu", "gpu"]);
    expect(() => device("tpu")).toThrow("Expected cpu or gpu.");
  });
});

describe("lists", () => {
  it("splits at commas and keeps what came before", () => {
    expect(names("ft, lat")).toEqual(["ft", "lat"]);
    expect(collect("b,c", collect("a"))).toEqual(["a", "b", "c"]);
    expect(collectWhole("range=[0, 1]", collectWhole("a=1"))).toEqual(["a=1", "range=[0, 1]"]);
  });
});
