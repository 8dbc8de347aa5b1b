import { describe, expect, test } from "vitest";
import { diffWords, type Piece } from "./word-diff.ts";

/** `a [-b-] {+c+} d`, as wdiff writes it. */
const wdiff = (pieces: readonly Piece[]) =>
  pieces
    .map(({ before, after }) => (before === after ? before : `${before && `[-${before}-]`}${after && `{+${after}+}`}`))
    .join("");
const diff = (before: string, after: string) => wdiff(diffWords(before, after));

describe("the words that changed", () => {
  test.each([
    ["replaced", "send the red key now", "send the blue key now", "send the [-red-]{+blue+} key now"],
    ["inserted", "send the key", "send me the key", "send {+me +}the key"],
    ["removed", "send me the key", "send the key", "send [-me -]the key"],
    ["put in front", "send the key", "sorry sorry send the key", "{+sorry sorry +}send the key"],
    ["put behind", "send the key", "send the key. Thanks a lot", "send the [-key-]{+key. Thanks a lot+}"],
    ["split", "the API key", "the AP I key", "the [-API-]{+AP I+} key"],
    ["of another alphabet", "a pin", "a pіn", "a [-pin-]{+pіn+}"],
    ["next to each other", "a b c d", "a x y d", "a [-b c-]{+x y+} d"],
    ["white space", "a b", "a \n b", "a[- -]{+ \n +}b"],
    ["everything", "a b", "c", "[-a b-]{+c+}"],
  ])("%s", (_, before, after, expected) => {
    expect(diff(before, after)).toBe(expected);
  });

  test("as few as possible, however often words repeat", () => {
    expect(diff("a b c a b d", "a b d")).toBe("a b [-c a b -]d");
    expect(diff("you can or you may go", "or you can go")).toBe("[-you can -]or you [-may-]{+can+} go");
  });
});

test("nothing changed, nothing there", () => {
  expect(diffWords("a b", "a b")).toEqual([{ before: "a b", after: "a b" }]);
  expect(diffWords("", "")).toEqual([]);
  expect(diffWords("", "a b")).toEqual([{ before: "", after: "a b" }]);
  expect(diffWords("a b", "")).toEqual([{ before: "a b", after: "" }]);
});

test("the pieces joined are both texts, of any two texts", () => {
  for (let seed = 0; seed < 200; seed++) {
    const text = (offset: number) =>
      Array.from({ length: (seed * 7 + offset) % 23 }, (_, i) => "ab \n"[(i * i * 31 + seed * offset + i) % 4]).join(
        "",
      );
    const [before, after] = [text(3), text(5)];
    const pieces = diffWords(before, after);
    expect(pieces.map((piece) => piece.before).join("")).toBe(before);
    expect(pieces.map((piece) => piece.after).join("")).toBe(after);
    for (const piece of pieces) expect(piece.before + piece.after).not.toBe("");
  }
});

test("of two long texts the ends in common stay and what lies between is replaced", () => {
  const long = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word}${i}`).join(" ");
  const pieces = diffWords(`begin ${long("a")} end`, `begin ${long("b")} end`);
  expect(pieces.map(({ before, after }) => before === after)).toEqual([true, false, true]);
});
