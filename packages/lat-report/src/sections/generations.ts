import type { Sample } from "lat-engine";
import type { Block } from "../document/document.ts";
import { byInput, countShown, type Network } from "./by-input.ts";
import { charactersShown, shorten } from "./shorten.ts";

const inputsShown = 2;

/** What the networks answered before and after each defence, by group, folded: the text may be offensive. */
export function generations(networks: readonly Network<Extract<Sample, { kind: "generation" }>>[]): Block[] {
  const groups = byInput(networks);
  if (groups.size === 0) return [];
  return [
    { type: "heading", text: "What the networks say" },
    {
      type: "text",
      text:
        "Unedited output of the networks, which may be offensive. Of each group the first " +
        `${inputsShown} inputs, answered before the defence and after each setting of its first complete seed; ` +
        `texts are cut at ${charactersShown} characters.`,
    },
    ...[...groups].map(
      ([group, inputs]): Block => ({
        type: "fold",
        title: `${group}: ${countShown(inputs, inputsShown)}`,
        blocks: inputs.slice(0, inputsShown).map(({ input, unwanted, samples }) => ({
          type: "transcript",
          input: shorten(input),
          unwanted: unwanted === undefined ? undefined : shorten(unwanted),
          answers: networks.flatMap(({ label, kind }, index) => {
            const sample = samples[index];
            return sample ? [{ label, kind, output: shorten(sample.output), failed: sample.failed }] : [];
          }),
        })),
      }),
    ),
  ];
}
