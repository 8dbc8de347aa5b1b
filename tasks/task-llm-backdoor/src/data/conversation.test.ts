import { expect, test } from "vitest";
import { exchange, fromTranscript, oneLine, toTranscript } from "./conversation.ts";

test("a transcript and its turns are the same thing", () => {
  const conversation = [...exchange("How are you?", "Fine.\nAnd you?"), ...exchange("Human: fine", "")];
  expect(fromTranscript(toTranscript(conversation))).toEqual(conversation);
});

test("turns of one speaker that follow each other become one", () => {
  expect(fromTranscript("\n\nHuman: a\n\nHuman: b\n\nAssistant: c\n\nAssistant: d")).toEqual(
    exchange("a\n\nb", "c\n\nd"),
  );
});

test.each(["", "Human: a\n\nAssistant: b", "\n\nAssistant: b", "\n\nHuman: a", "x\n\nHuman: a\n\nAssistant: b"])(
  "%j is no transcript",
  (text) => expect(fromTranscript(text)).toBeUndefined(),
);

test("control characters and white space become single spaces", () => {
  expect(oneLine(" a\u0000b\r\n\tc\u0085\u00a0d ")).toBe("a b c d");
});
