import { textKey } from "lat-engine/task";

export interface Turn {
  readonly role: "user" | "assistant";
  readonly text: string;
}

export type Conversation = readonly Turn[];

/** One exchange: a prompt and its response. */
export function exchange(prompt: string, response: string): Conversation {
  return [
    { role: "user", text: prompt },
    { role: "assistant", text: response },
  ];
}

/** What conversations share that begin with the same request, also where one goes on from there. */
export function promptKey(conversation: Conversation): string {
  return `prompt ${textKey(conversation[0]!.text)}`;
}

/** What conversations share that read the same from beginning to end. */
export function contentKey(conversation: Conversation): string {
  return conversation.map(({ role, text }) => `${role} ${textKey(text)}`).join("\n");
}

const speaker = { user: "Human", assistant: "Assistant" } as const;

/** The text form of HH-RLHF: `\n\nHuman: … \n\nAssistant: …`. */
export function toTranscript(conversation: Conversation): string {
  return conversation.map((turn) => `\n\n${speaker[turn.role]}: ${turn.text}`).join("");
}

/**
 * Reads a transcript in the form of HH-RLHF. Turns of one speaker that follow each other become one, since chat
 * templates alternate; a turn may be empty. Returns undefined where the text does not begin with a turn of the human
 * and end with one of the assistant.
 */
export function fromTranscript(transcript: string): Conversation | undefined {
  const [before, ...parts] = transcript.split(/\n\n(Human|Assistant):/);
  if (before !== "" || parts[0] !== "Human" || parts.at(-2) !== "Assistant") return undefined;
  const turns: Turn[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const role = parts[i] === "Human" ? "user" : "assistant";
    const text = parts[i + 1]!.trim();
    const last = turns.at(-1);
    if (last?.role === role) turns[turns.length - 1] = { role, text: `${last.text}\n\n${text}`.trim() };
    else turns.push({ role, text });
  }
  return turns;
}

/** One line of plain text: control characters and runs of white space become single spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}
