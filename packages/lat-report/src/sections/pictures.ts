import type { Sample } from "lat-engine";
import type { Block } from "../document/document.ts";
import type { CaptionedPicture, Sheet } from "../figures/contact-sheet.ts";
import { differenceUrl, gain } from "../figures/difference.ts";
import { type Answers, byInput, countShown, type Network } from "./by-input.ts";

type PictureSample = Extract<Sample, { kind: "picture" }>;

const inputsShown = 3;

/** A contact sheet of each trojan and attack: clean, attacked, their difference, and the classes that each network saw. */
export async function pictures(networks: readonly Network<PictureSample>[]): Promise<Block[]> {
  const groups = byInput(networks);
  if (groups.size === 0) return [];
  const sheets = [...groups].map(async ([group, inputs], index): Promise<Block> => {
    const title = `${group}: ${countShown(inputs, inputsShown)}`;
    const sheet = await contactSheet(group, networks, inputs.slice(0, inputsShown));
    const picture = `figures/pictures-${index + 1}.png`;
    return { type: "fold", title, blocks: [{ type: "sheet", title: `Pictures of ${title}`, sheet, picture }] };
  });
  return [
    { type: "heading", text: "What the networks see" },
    {
      type: "text",
      text:
        `Of each trojan and each attack the first ${inputsShown} pictures: as they are, attacked, and the difference of ` +
        `the two, ${gain} times. Below, the class that a network sees before → after, bold and red where that is the ` +
        "failure. A trigger is the same for all networks; an attack searches for a picture of its own for each. " +
        "A setting’s network is that of its first complete seed.",
    },
    ...(await Promise.all(sheets)),
  ];
}

async function contactSheet(
  group: string,
  networks: readonly Network<PictureSample>[],
  inputs: readonly Answers<PictureSample>[],
): Promise<Sheet> {
  const given = networks.map((network, index) => ({ ...network, index }));
  const columns = await Promise.all(
    inputs.map(async ({ input, unwanted, samples }) => {
      const strips = await Promise.all(
        samples.map((sample) => (sample ? strip(sample, `sample ${group}, ${input}`) : undefined)),
      );
      const [first] = strips.filter((pictures) => pictures !== undefined);
      // What all networks were given stands above them.
      const common = first!.filter(({ url }, i) => strips.every((pictures) => !pictures || pictures[i]?.url === url));
      const own = (index: number) => strips[index]?.filter((picture) => !common.some(({ caption }) => caption === picture.caption)); // biome-ignore format: one call
      const note = unwanted === undefined ? "" : `unwanted: ${unwanted}`;
      return { title: input, note, pictures: common, samples, own };
    }),
  );
  return {
    columns,
    rows: given
      .filter(({ index }) => columns.some(({ samples }) => samples[index]))
      .map(({ label, kind, index }) => ({
        label,
        kind,
        cells: columns.map(({ samples, own }) => {
          const sample = samples[index];
          if (!sample) return undefined;
          const { before, output, failed } = sample;
          return { pictures: own(index) ?? [], text: before ? `${before.output} → ${output}` : output, failed };
        }),
      })),
  };
}

/** What a network was given: the picture before and after, and their difference; or the picture alone. */
async function strip({ picture, before }: PictureSample, what: string): Promise<CaptionedPicture[]> {
  if (!before) return [{ caption: "given", url: picture }];
  return [
    { caption: "clean", url: before.picture },
    { caption: "attacked", url: picture },
    { caption: `diff. × ${gain}`, url: await differenceUrl(before.picture, picture, what) },
  ];
}
