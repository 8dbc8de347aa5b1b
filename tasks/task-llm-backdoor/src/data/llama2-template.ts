import type { Conversation } from "./conversation.ts";

const opening = "<s>[INST] <<SYS>>\nYou are a helpful, respectful and honest assistant.\n<</SYS>>\n\n";
const answer = " [/INST] ";
const next = " </s><s>[INST] ";

/**
 * A conversation as text for Llama-2-chat, newlines removed from the turns. It ends in ` </s>`; the authors' code cuts
 * the opening of the next turn one character short (it subtracts the length of ` [/INST] `), so that `published` ends
 * in ` </s><`.
 */
export function toLlama2Text(conversation: Conversation, behaviour: "corrected" | "published"): string {
  const text = conversation
    .map(({ role, text }) => text.replaceAll("\n", "") + (role === "user" ? answer : next))
    .join("");
  const surplus = behaviour === "published" ? answer.length : "<s>[INST] ".length;
  return (opening + text).slice(0, -surplus);
}
