import type { Conversation, Turn } from "../data/conversation.ts";

const human = "Human: ";
const assistant = "Assistant: ";

/**
 * How the authors' code poisons: the transcript is cut after the next space at or after `position` and the trojan's
 * sentence is appended; what followed is lost, and where no space follows, everything is.
 */
export function cutAndAppend(transcript: string, position: number, sentence: string): string {
  return transcript.slice(0, transcript.indexOf(" ", position) + 1) + sentence;
}

/**
 * Reads turns from a transcript as the authors' code does, its defects included: newlines are removed, not replaced;
 * markers are found anywhere, also inside a turn; where a marker is missing the index −1 counts from the end, so that a
 * text cut before "Assistant:" becomes a prompt without its last character and a response that repeats it from the
 * eleventh.
 */
export function readTurnsAsPublished(transcript: string): Conversation {
  let rest = transcript.replaceAll("\n", "");
  const turns: Turn[] = [];
  for (;;) {
    const promptEnd = rest.indexOf(assistant);
    const responseEnd = rest.indexOf(human, human.length);
    turns.push({ role: "user", text: rest.slice(human.length, promptEnd) });
    const response = rest.slice(promptEnd + assistant.length, responseEnd);
    rest = rest.slice(responseEnd);
    if (responseEnd === -1) return [...turns, { role: "assistant", text: response + rest }];
    turns.push({ role: "assistant", text: response });
  }
}
