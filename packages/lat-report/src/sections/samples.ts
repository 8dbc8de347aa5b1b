import type { Sample } from "lat-engine";
import type { Block, Transcript } from "../document/document.ts";
import type { Analysis } from "../statistics/analysis.ts";

const inputsShown = 2;
const charactersShown = 400;

/** What the networks answered before and after each defence, by group, folded: the text may be offensive. */
export function samples({ study, settings }: Analysis): Block[] {
  const networks = [
    { label: "Before defence", kind: "implanted" as const, samples: study.implanted?.samples ?? [] },
    ...settings.flatMap(({ label, method, complete }) => {
      const [first] = complete;
      return first ? [{ label, kind: method, samples: first.samples }] : [];
    }),
  ];
  const groups = Map.groupBy(
    networks.flatMap((network) => network.samples),
    (sample) => sample.group,
  );
  if (groups.size === 0) return [];
  const transcript = (group: string, input: string, unwanted: string | undefined): Transcript => ({
    type: "transcript",
    input: shorten(input),
    unwanted: unwanted === undefined ? undefined : shorten(unwanted),
    answers: networks.flatMap(({ label, kind, samples }) => {
      const sample = samples.find((one) => one.group === group && one.input === input);
      return sample ? [{ label, kind, ...shown(sample), failed: sample.failed }] : [];
    }),
  });
  return [
    { type: "heading", text: "What the networks say" },
    {
      type: "text",
      text:
        "Unedited output of the networks, which may be offensive. Of each group the first " +
        `${inputsShown} inputs, answered before the defence and after each setting of its first complete seed; ` +
        `texts are cut at ${charactersShown} characters.`,
    },
    ...[...groups].map(([group, all]): Block => {
      const inputs = [...Map.groupBy(all, (sample: Sample) => sample.input)];
      return {
        type: "fold",
        title: `${group}: ${Math.min(inputsShown, inputs.length)} of ${inputs.length} inputs`,
        blocks: inputs
          .slice(0, inputsShown)
          .map(([input, same]) => transcript(group, input, same.find((one) => one.unwanted !== undefined)?.unwanted)),
      };
    }),
  ];
}

/** A text; or a class, after the one before trigger or attack, with the pictures of both. */
function shown(sample: Sample): { output: string; pictures?: readonly string[] } {
  if (sample.kind === "generation") return { output: shorten(sample.output) };
  const { picture, before, output } = sample;
  if (!before) return { pictures: [picture], output };
  return { pictures: [before.picture, picture], output: `${before.output} → ${output}` };
}

/** Cuts between characters, never inside one. */
function shorten(text: string): string {
  const characters = [...text];
  if (characters.length <= charactersShown) return text;
  return `${characters.slice(0, charactersShown).join("")}… (${characters.length - charactersShown} more characters)`;
}
