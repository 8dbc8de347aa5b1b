import type { Sample } from "lat-engine/records";
import type { Block } from "../document/document.ts";
import type { CaptionedImage, Sheet, SheetCell } from "../figures/contact-sheet.ts";
import { difference, gain } from "../figures/difference.ts";
import { decodePng, encodePng } from "../figures/png.ts";
import { type Answers, byInput, countShown, type Network } from "./by-input.ts";

type ImageSample = Extract<Sample, { kind: "image" }>;

const inputsShown = 3;

/** A contact sheet of each trojan and attack: clean, attacked, their difference, and the classes that each network saw. */
export async function images(networks: readonly Network<ImageSample>[]): Promise<Block[]> {
  const groups = byInput(networks);
  if (groups.size === 0) return [];
  const sheets = [...groups].map(async ([group, inputs], index): Promise<Block> => {
    const title = `${group}: ${countShown(inputs, inputsShown)}`;
    const sheet = await contactSheet(group, networks, inputs.slice(0, inputsShown));
    const image = `figures/images-${index + 1}.png`;
    return { type: "fold", title, blocks: [{ type: "sheet", title: `Images of ${title}`, sheet, image }] };
  });
  return [
    { type: "heading", text: "What the networks see" },
    {
      type: "text",
      text:
        `Of each trojan and each attack the first ${inputsShown} images: as they are, attacked, and the difference of ` +
        `the two, ${gain} times. Below, the class that a network sees before → after, bold and red where that is the ` +
        "failure. A trigger is the same for all networks, and one that is in the image by itself leaves no difference; " +
        "an attack searches for an image of its own for each network. A setting’s network is that of its first complete " +
        "seed.",
    },
    ...(await Promise.all(sheets)),
  ];
}

async function contactSheet(
  group: string,
  networks: readonly Network<ImageSample>[],
  inputs: readonly Answers<ImageSample>[],
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
async function column(group: string, { input, unwanted, samples }: Answers<ImageSample>) {
  const given = await Promise.all(samples.map((sample) => sample && strip(sample, `sample ${group}, ${input}`)));
  const some = given.find((images) => images !== undefined)!;
  const common = some.filter(({ url }, i) => given.every((images) => !images || images[i]?.url === url));
  const cells = samples.map((sample, index): SheetCell | undefined => {
    if (!sample) return undefined;
    const { before, output, failed } = sample;
    const images = given[index]!.filter(({ caption }) => !common.some((image) => image.caption === caption));
    return { images, text: before ? `${before.output} → ${output}` : output, failed };
  });
  return { title: input, note: unwanted === undefined ? "" : `unwanted: ${unwanted}`, images: common, cells };
}

/** What a network was given: the image before and after, and their difference; or the image alone. */
async function strip({ image, before }: ImageSample, what: string): Promise<CaptionedImage[]> {
  const now = await decodePng(image, what);
  const { width } = now;
  if (!before) return [{ caption: "given", url: image, width }];
  const change = difference(await decodePng(before.image, what), now, what);
  return [
    { caption: "clean", url: before.image, width },
    { caption: "attacked", url: image, width },
    { caption: `diff. × ${gain}`, url: await encodePng(change), width },
  ];
}
