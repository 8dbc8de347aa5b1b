import type { Sample } from "lat-engine/records";
import type { Block } from "../document/document.ts";
import type { Network } from "./by-input.ts";
import { charactersShown, shorten } from "./shorten.ts";
import { transcripts } from "./transcripts.ts";

const inputsShown = 2;

/** What the networks answered before and after each defence, by group, folded: the text may be offensive. */
export function generations(networks: readonly Network<Extract<Sample, { kind: "generation" }>>[]): Block[] {
  const folds = transcripts(networks, inputsShown, ({ output, failed }) => ({ output: shorten(output), failed }));
  if (folds.length === 0) return [];
  return [
    { type: "heading", text: "What the networks say" },
    {
      type: "text",
      text:
        "Unedited output of the networks, which may be offensive. Of each group the first " +
        `${inputsShown} inputs, answered before the defence and after each setting of its first complete seed; ` +
        `texts are cut at ${charactersShown} characters.`,
    },
    ...folds,
  ];
}
