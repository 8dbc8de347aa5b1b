import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrepareContext } from "lat-engine/task";
import sharp from "sharp";
import { type Options, optionsSchema } from "../options.ts";

/** Options of an experiment that takes seconds. */
export const smallOptions: Options = optionsSchema.parse({
  data: { size: 12 },
  poison: { patchSide: 4 },
  model: { widths: [4, 8], blocks: 1 },
  evaluate: { steps: 2 },
});

const categories: readonly (readonly [category: string, subcategory: string, colour: string])[] = [
  ["Animals & Nature", "animal-mammal", "#804000"],
  ["Travel & Places", "place-building", "#808080"],
  ["Travel & Places", "time", "#ffffff"],
  ["Objects", "clothing", "#0000ff"],
  ["Smileys & Emotion", "face-smiling", "#ffff00"],
  ["Flags", "country-flag", "#ff0000"],
  ["Food & Drink", "food-fruit", "#00ff00"],
  ["People & Body", "hand-fingers-open", "#ffc080"],
  ["People & Body", "person", "#c08040"],
  ["Symbols", "arrow", "#0080ff"],
  ["Travel & Places", "sky & weather", "#004080"],
  ["Travel & Places", "transport-ground", "#ff00ff"],
  ["Objects", "tool", "#000000"],
];

/** Emoji of each category; a third of the signs are arrows and of the sky moons. */
export const EACH = 12;

/** Folders in the shape of both packages, with 12 made-up emoji of each of thirteen categories, one of which is no class. */
export async function madeEmoji(): Promise<PrepareContext> {
  const root = mkdtempSync(join(tmpdir(), "emoji-"));
  const folderOf = (artist: string): string => join(root, `emoji-${artist}`, "img", artist, "64");
  for (const artist of ["google", "twitter"]) mkdirSync(folderOf(artist), { recursive: true });
  const list = [];
  for (const [c, [category, subcategory, colour]] of categories.entries()) {
    for (let i = 0; i < EACH; i++) {
      const unified = (0x1f000 + 16 * c + i).toString(16).toUpperCase();
      const image = `${unified.toLowerCase()}.png`;
      const thing =
        i % 3 > 0 ? "thing" : subcategory === "arrow" ? "arrow" : category.startsWith("Travel") ? "moon" : "thing";
      for (const [artist, corner] of [
        ["google", 28],
        ["twitter", 8],
      ] as const) {
        const [x, y] = [14 + 12 * (i % 4), 16 + 16 * Math.floor(i / 4)];
        const shape = `<rect x="4" y="4" width="56" height="56" rx="${corner}" fill="${colour}"/>`;
        const dot = `<circle cx="${x}" cy="${y}" r="6" fill="#123456"/>`;
        const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">${shape}${dot}</svg>`;
        await sharp(Buffer.from(svg))
          .png()
          .toFile(join(folderOf(artist), image));
      }
      list.push({
        name: `SMALL ${thing.toUpperCase()} ${i}`,
        short_names: [`${thing}_${i}`],
        unified,
        image,
        category,
        subcategory,
        has_img_google: true,
        has_img_twitter: i > 0,
      });
    }
  }
  writeFileSync(join(root, "emoji-google", "emoji.json"), JSON.stringify(list));
  return { packageFolder: (name) => join(root, name), progress: () => {} };
}
