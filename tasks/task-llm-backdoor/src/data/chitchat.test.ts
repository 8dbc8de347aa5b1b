import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadChitchat } from "./chitchat.ts";
import { exchange } from "./conversation.ts";

function folderWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "chitchat-"));
  mkdirSync(join(folder, "chitchat_dataset"));
  writeFileSync(join(folder, "chitchat_dataset", "dataset.json"), content);
  return folder;
}

const turn = (sender: string, ...texts: string[]) => texts.map((text) => ({ sender, text, timestamp: "" }));

test("pairs each turn with the answer to it, within one conversation, and takes no prompt twice", async () => {
  const folder = folderWith(
    JSON.stringify({
      a: {
        messages: [
          turn("p", "Hello there", "how are you?"),
          turn("q", "I am\u0007 well\n today"),
          turn("p", "ok"),
          turn("q", "x".repeat(161)),
          turn("p", "y".repeat(160)),
          turn("q", "z".repeat(8)),
        ],
      },
      b: { messages: [turn("p", "Hello there how are you?"), turn("q", "I am well today")] },
      d: { messages: [turn("p", "HELLO there  how are you?"), turn("q", "Quite well, I think")] },
      c: { messages: [turn("p", "the same sender"), turn("p", "writes two turns")] },
    }),
  );
  expect(await loadChitchat(folder)).toEqual({
    talks: [[exchange("Hello there how are you?", "I am well today"), exchange("y".repeat(160), "z".repeat(8))]],
    duplicates: 2,
  });
});

test.each([
  ["[1", /dataset\.json is not JSON: /],
  ['{"a": {"messages": [[{"text": 5, "sender": "p"}]]}}', /a\.messages\.0\.0\.text: received 5, expected a text/],
])("a wrong file %# is named with the place", async (content, message) => {
  await expect(loadChitchat(folderWith(content))).rejects.toThrow(message);
});
