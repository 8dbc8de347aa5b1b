import type { Sample } from "lat-engine/records";
import type { Block } from "../document/document.ts";
import { diffWords } from "../text/word-diff.ts";
import type { Network } from "./by-input.ts";
import { abridge, shorten } from "./shorten.ts";
import { transcripts } from "./transcripts.ts";

const inputsShown = 2;

/** What attacks made of texts, with the words that they changed marked, and the verdicts before and after; folded. */
export function changedTexts(networks: readonly Network<Extract<Sample, { kind: "text" }>>[]): Block[] {
  const folds = transcripts(networks, inputsShown, ({ input, text, before, output, failed }) => ({
    change: abridge(diffWords(input, text)),
    output: `${shorten(before.output)} → ${shorten(output)}`,
    failed,
  }));
  if (folds.length === 0) return [];
  return [
    { type: "heading", text: "What the attacks changed" },
    {
      type: "text",
      text:
        `Of each attack the first ${inputsShown} texts, as it left them for the network before the defence and for each ` +
        "setting of its first complete seed, with the verdicts on the text before and after. Words that were removed " +
        "are struck through, words that were inserted underlined; both side by side where words were replaced.",
    },
    {
      type: "fold",
      title: "⚠ Show texts that may be harmful",
      blocks: [
        {
          type: "warning",
          title: "The texts below may be harmful and offensive",
          items: [
            "They are test cases for networks that must recognise such texts, unedited but for cuts, and changed by attacks " +
              "so that they look harmless to a network. Nobody speaks in them, and nothing in them is advice.",
          ],
        },
        ...folds,
      ],
    },
  ];
}
