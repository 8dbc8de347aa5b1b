import type { Sample } from "lat-engine/records";
import type { Block } from "../document/document.ts";
import type { CaptionedPicture, Sheet, SheetCell } from "../figures/contact-sheet.ts";
import { difference, gain } from "../figures/difference.ts";
import { decodePng, encodePng } from "../figures/png.ts";
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
        "failure. A trigger is the same for all networks, and one that is in the picture by itself leaves no difference; " +
        "an attack searches for a picture of its own for each network. A setting’s network is that of its first complete " +
        "seed.",
    },
    ...(await Promise.all(sheets)),
  ];
}

async function contactSheet(
  group: string,
  networks: readonly Network<PictureSample>[],
  inputs: readonly Answers<PictureSample>[],
): Promise<Sheet> {
  const columns = await Promise.all(inputs.map((input) => column(group, input)));
  const rows = networks.map(({ label, kind }, index) => ({
    label,
    kind,
    cells: columns.map(({ cells }) => cells[index]),
  }));
  return { columns, rows: rows.filter(({ cells }) => cells.some((cell) => cell !== undefined)) };
}

/** The column of one input: above the networks what all of them were given, beside each what it alone was. */
async function column(group: string, { input, unwanted, samples }: Answers<PictureSample>) {
  const given = await Promise.all(samples.map((sample) => sample && strip(sample, `sample ${group}, ${input}`)));
  const some = given.find((pictures) => pictures !== undefined)!;
  const common = some.filter(({ url }, i) => given.every((pictures) => !pictures || pictures[i]?.url === url));
  const cells = samples.map((sample, index): SheetCell | undefined => {
    if (!sample) return undefined;
    const { before, output, failed } = sample;
    const pictures = given[index]!.filter(({ caption }) => !common.some((picture) => picture.caption === caption));
    return { pictures, text: before ? `${before.output} → ${output}` : output, failed };
  });
  return { title: input, note: unwanted === undefined ? "" : `unwanted: ${unwanted}`, pictures: common, cells };
}

/** What a network was given: the picture before and after, and their difference; or the picture alone. */
async function strip({ picture, before }: PictureSample, what: string): Promise<CaptionedPicture[]> {
  const now = await decodePng(picture, what);
  const { width } = now;
  if (!before) return [{ caption: "given", url: picture, width }];
  const change = difference(await decodePng(before.picture, what), now, what);
  return [
    { caption: "clean", url: before.picture, width },
    { caption: "attacked", url: picture, width },
    { caption: `diff. × ${gain}`, url: await encodePng(change), width },
  ];
}
