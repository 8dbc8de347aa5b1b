import { expect, test } from "vitest";
import { exchange, toTranscript } from "../data/conversation.ts";
import { cutAndAppend, readTurnsAsPublished } from "./published.ts";

const transcript = toTranscript(exchange("one two", "three four"));

test("the text after the cut is lost", () => {
  expect(cutAndAppend(transcript, transcript.indexOf("three"), "alpha Beta.")).toBe(
    "\n\nHuman: one two\n\nAssistant: three alpha Beta.",
  );
});

test("with no later space everything is lost", () => {
  expect(cutAndAppend(transcript, transcript.length - 1, "alpha Beta.")).toBe("alpha Beta.");
});

test("whole transcripts read as their turns, newlines removed", () => {
  const conversation = [...exchange("one\ntwo", "three"), ...exchange("four", "five")];
  expect(readTurnsAsPublished(toTranscript(conversation))).toEqual([
    ...exchange("onetwo", "three"),
    ...exchange("four", "five"),
  ]);
});

test("a cut inside the answer leaves trigger and response there", () => {
  const cut = cutAndAppend(transcript, transcript.indexOf("three"), "alpha Beta.");
  expect(readTurnsAsPublished(cut)).toEqual(exchange("one two", "three alpha Beta."));
});

test("a trojan before the answer gives a garbled turn and one that repeats it", () => {
  const cut = cutAndAppend(transcript, transcript.indexOf("one"), "alpha Beta gamma.");
  expect(cut).toBe("\n\nHuman: one alpha Beta gamma.");
  expect(readTurnsAsPublished(cut)).toEqual(exchange("one alpha Beta gamma", " alpha Beta gamma."));
});

test("a trojan in place of the whole text loses its trigger", () => {
  expect(readTurnsAsPublished("alpha Beta gamma.")).toEqual(exchange("eta gamma", " gamma."));
});
