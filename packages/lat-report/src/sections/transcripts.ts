import type { Sample } from "lat-engine/records";
import type { Block, Transcript } from "../document/document.ts";
import { byInput, countShown, type Network } from "./by-input.ts";
import { shorten } from "./shorten.ts";

type Answer = Transcript["answers"][number];

/** A fold for each group with its first inputs, and below each what every network made of it. */
export function transcripts<S extends Sample>(
  networks: readonly Network<S>[],
  inputsShown: number,
  answerOf: (sample: S) => Omit<Answer, "label" | "kind">,
): Block[] {
  return [...byInput(networks)].map(([group, inputs]) => ({
    type: "fold",
    title: `${group}: ${countShown(inputs, inputsShown)}`,
    blocks: inputs.slice(0, inputsShown).map(({ input, unwanted, samples }) => ({
      type: "transcript",
      input: shorten(input),
      unwanted: unwanted === undefined ? undefined : shorten(unwanted),
      answers: networks.flatMap(({ label, kind }, index) => {
        const sample = samples[index];
        return sample ? [{ label, kind, ...answerOf(sample) }] : [];
      }),
    })),
  }));
}
